/// Use cases around operations that run on their own.
@NullMarked
package dev.tollgate.application.jobs;

import org.jspecify.annotations.NullMarked;
