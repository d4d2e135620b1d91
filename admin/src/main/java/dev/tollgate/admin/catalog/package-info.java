/// Methods of the contract for providers, models and what is known of them.
@NullMarked
package dev.tollgate.admin.catalog;

import org.jspecify.annotations.NullMarked;
