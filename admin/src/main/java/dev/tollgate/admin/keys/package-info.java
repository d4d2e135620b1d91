/// Methods of the contract for virtual keys.
@NullMarked
package dev.tollgate.admin.keys;

import org.jspecify.annotations.NullMarked;
