/// The edge: `/v1`. One bounded read, one parse, one place where a credential is found, and answers
/// in the caller's dialect.
@NullMarked
package dev.tollgate.http.edge;

import org.jspecify.annotations.NullMarked;
