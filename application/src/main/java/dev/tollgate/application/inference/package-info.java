/// The path of a call. [dev.tollgate.application.inference.CompleteChat] reads like the list in the
/// design: admit, route, dispatch, relay, settle, record.
@NullMarked
package dev.tollgate.application.inference;

import org.jspecify.annotations.NullMarked;
