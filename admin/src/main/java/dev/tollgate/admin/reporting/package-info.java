/// Methods of the contract for calls and usage.
@NullMarked
package dev.tollgate.admin.reporting;

import org.jspecify.annotations.NullMarked;
