/// Virtual keys: the secret a caller holds, its policy, and the checks made before any I/O. Entry
/// types: [dev.tollgate.domain.keys.VirtualKey] and [dev.tollgate.domain.keys.KeySecret]. A secret
/// is shown once and stored only as an HMAC.
@NullMarked
package dev.tollgate.domain.keys;

import org.jspecify.annotations.NullMarked;
