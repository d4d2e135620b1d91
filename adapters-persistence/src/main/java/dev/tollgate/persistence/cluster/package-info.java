/// What the nodes of a cluster tell each other: a view of budgets and that something changed. It
/// never decides about money, and never holds the only copy of anything.
@NullMarked
package dev.tollgate.persistence.cluster;

import org.jspecify.annotations.NullMarked;
