/// Every operation of the contract with the use case that carries it out, and what all of them go
/// through, whatever surface they came by. No transport, no SQL and no rule of a noun is here. A
/// new operation is one method of a class of its noun: contract to command, answer to contract.
@NullMarked
package dev.tollgate.admin;

import org.jspecify.annotations.NullMarked;
