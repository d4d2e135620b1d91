/// Methods of the contract for the audit log.
@NullMarked
package dev.tollgate.admin.audit;

import org.jspecify.annotations.NullMarked;
