/// Management REST, `/api/v1`: JSON in, JSON out, RFC 9457 for errors.
@NullMarked
package dev.tollgate.http.management;

import org.jspecify.annotations.NullMarked;
