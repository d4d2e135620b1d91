/// Secrets at rest: envelope encryption bound to tenant, credential and host. No secret has a
/// readable toString.
@NullMarked
package dev.tollgate.domain.secrets;

import org.jspecify.annotations.NullMarked;
