/// Methods of the contract for projects and business units.
@NullMarked
package dev.tollgate.admin.tenancy;

import org.jspecify.annotations.NullMarked;
