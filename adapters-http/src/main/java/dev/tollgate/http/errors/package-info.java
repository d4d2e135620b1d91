/// Refusals over HTTP: the status of each reason, and the shapes in which clients understand them.
@NullMarked
package dev.tollgate.http.errors;

import org.jspecify.annotations.NullMarked;
