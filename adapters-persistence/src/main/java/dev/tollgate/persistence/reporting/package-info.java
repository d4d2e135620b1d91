/// Read sides over committed calls and roll-ups.
@NullMarked
package dev.tollgate.persistence.reporting;

import org.jspecify.annotations.NullMarked;
