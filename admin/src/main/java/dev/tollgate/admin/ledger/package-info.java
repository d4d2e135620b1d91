/// Methods of the contract for budgets and the books.
@NullMarked
package dev.tollgate.admin.ledger;

import org.jspecify.annotations.NullMarked;
