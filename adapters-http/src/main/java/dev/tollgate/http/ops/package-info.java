/// Health and metrics for the operations port.
@NullMarked
package dev.tollgate.http.ops;

import org.jspecify.annotations.NullMarked;
