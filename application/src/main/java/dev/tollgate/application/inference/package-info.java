/// The path of a call. [dev.tollgate.application.inference.ServeCall] reads like the list of its
/// steps: admit, route, reserve, dispatch, relay, settle. A call crosses as one value,
/// [dev.tollgate.application.inference.Call] (docs/request.md).
@NullMarked
package dev.tollgate.application.inference;

import org.jspecify.annotations.NullMarked;
