/// Jobs: operations that take minutes, the network or another role of the database. Each is a row
/// before it begins, so that nobody has to hold a connection open to learn its outcome.
@NullMarked
package dev.tollgate.domain.jobs;

import org.jspecify.annotations.NullMarked;
