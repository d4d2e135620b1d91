/// Reads what providers answer, per dialect: usage, errors, and where the events of a stream begin
/// and end. Never rewrites what it reads.
@NullMarked
package dev.tollgate.providers.dialect;

import org.jspecify.annotations.NullMarked;
