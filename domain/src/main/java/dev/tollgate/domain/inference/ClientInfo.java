package dev.tollgate.domain.inference;

import org.jspecify.annotations.Nullable;

/// What a client said about itself; kept unless the capture policy is `none`.
///
/// @param sdk language and version that official SDKs send, such as `node 7.57.0`
/// @param session the client's own session id
/// @param metadata the caller's metadata object as JSON text
public record ClientInfo(
    @Nullable String address,
    @Nullable String userAgent,
    @Nullable String sdk,
    @Nullable String session,
    @Nullable String user,
    @Nullable String metadata) {
  public static final ClientInfo UNKNOWN = new ClientInfo(null, null, null, null, null, null);
}
