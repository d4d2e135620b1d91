/// Use cases around providers and models. Credentials are sealed here and opened nowhere but beside
/// the provider adapter.
@NullMarked
package dev.tollgate.application.catalog;

import org.jspecify.annotations.NullMarked;
