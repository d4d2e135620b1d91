/// Use cases that read what was recorded: calls, their content, and usage.
@NullMarked
package dev.tollgate.application.reporting;

import org.jspecify.annotations.NullMarked;
