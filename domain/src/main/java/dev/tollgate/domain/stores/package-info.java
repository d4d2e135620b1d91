/// What all stores have in common: pages, units of work that several stores take part in, and the
/// one way in which a store says that it cannot answer.
@NullMarked
package dev.tollgate.domain.stores;

import org.jspecify.annotations.NullMarked;
