/// The dialects that callers and providers speak: what requests, answers, streams and errors look
/// like in each. All of it is text in and text out; nobody is asked for anything here.
@NullMarked
package dev.tollgate.dialects;

import org.jspecify.annotations.NullMarked;
