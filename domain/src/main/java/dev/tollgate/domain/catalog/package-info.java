/// Providers, models and the deployments that serve them. A model is the public name a caller uses;
/// a deployment is one model at one provider.
@NullMarked
package dev.tollgate.domain.catalog;

import org.jspecify.annotations.NullMarked;
