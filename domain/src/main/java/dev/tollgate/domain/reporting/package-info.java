/// Read sides: call history and usage, answered from committed rows and roll-ups only.
@NullMarked
package dev.tollgate.domain.reporting;

import org.jspecify.annotations.NullMarked;
