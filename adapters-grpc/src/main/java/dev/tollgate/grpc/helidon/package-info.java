/// The management API over Helidon's gRPC, on a server of its own that is off unless a node is told
/// otherwise. Helidon's HTTP/2 can be stopped by one frame of a stranger, so none of his bytes
/// reaches it as he sent it: [Guard] passes whole frames that an honest client sends, and writes
/// their headers anew. docs/grpc.md has what is let through.
@NullMarked
package dev.tollgate.grpc.helidon;

import org.jspecify.annotations.NullMarked;
