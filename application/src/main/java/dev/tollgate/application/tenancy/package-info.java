/// Use cases around projects.
@NullMarked
package dev.tollgate.application.tenancy;

import org.jspecify.annotations.NullMarked;
