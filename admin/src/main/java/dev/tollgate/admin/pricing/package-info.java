/// Methods of the contract for prices.
@NullMarked
package dev.tollgate.admin.pricing;

import org.jspecify.annotations.NullMarked;
