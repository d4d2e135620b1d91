/// Tenants, business units and projects: who owns a key and pays for a call.
@NullMarked
package dev.tollgate.domain.tenancy;

import org.jspecify.annotations.NullMarked;
