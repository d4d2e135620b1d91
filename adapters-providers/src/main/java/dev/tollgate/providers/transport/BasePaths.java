package dev.tollgate.providers.transport;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/// Where an API is below its host. A bare host means the usual place, `/v1`.
public final class BasePaths {
  private static final String VERSION = "/v1";

  private BasePaths() {}

  /// The path of a base URL, or `/v1` when it has none.
  public static String orVersion(@Nullable URI url) {
    String path = path(url);
    return path.isEmpty() ? VERSION : path;
  }

  /// The path of a base URL, which ends with `/v1` whether or not the URL says so.
  public static String withVersion(@Nullable URI url) {
    String path = path(url);
    return path.endsWith(VERSION) ? path : path + VERSION;
  }

  private static String path(@Nullable URI url) {
    String path = url == null || url.getRawPath() == null ? "" : url.getRawPath();
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }
}
