/// Methods of the contract for operations that run on their own.
@NullMarked
package dev.tollgate.admin.jobs;

import org.jspecify.annotations.NullMarked;
