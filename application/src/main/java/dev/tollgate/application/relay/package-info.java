/// Passes a stream through: [dev.tollgate.application.relay.Relay] pulls events from the provider
/// and pushes them through stages to the caller, and [dev.tollgate.application.relay.Liveness]
/// watches that caller while the provider is silent. What the end of a stream means for its call is
/// decided elsewhere.
@NullMarked
package dev.tollgate.application.relay;

import org.jspecify.annotations.NullMarked;
