/// Use cases around projects and business units.
@NullMarked
package dev.tollgate.application.tenancy;

import org.jspecify.annotations.NullMarked;
