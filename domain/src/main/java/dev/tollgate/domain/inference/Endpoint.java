package dev.tollgate.domain.inference;

/// The calls that are metered, by the dialect they speak.
public enum Endpoint {
  CHAT_COMPLETIONS("chat_completions", "/chat/completions", Dialect.OPENAI),
  COMPLETIONS("completions", "/completions", Dialect.OPENAI),
  EMBEDDINGS("embeddings", "/embeddings", Dialect.OPENAI),
  RESPONSES("responses", "/responses", Dialect.OPENAI),
  MESSAGES("messages", "/messages", Dialect.ANTHROPIC),
  COUNT_TOKENS("count_tokens", "/messages/count_tokens", Dialect.ANTHROPIC);

  /// Whose error shape and headers an endpoint uses.
  public enum Dialect {
    OPENAI,
    ANTHROPIC
  }

  private final String wire;
  private final String path;
  private final Dialect dialect;

  Endpoint(String wire, String path, Dialect dialect) {
    this.wire = wire;
    this.path = path;
    this.dialect = dialect;
  }

  /// The name used in key policies and call rows.
  public String wire() {
    return wire;
  }

  /// The path below `/v1`.
  public String path() {
    return path;
  }

  public Dialect dialect() {
    return dialect;
  }

  /// Whether `stream_options.include_usage` must be asked for to learn what a stream used.
  public boolean asksForUsage() {
    return this == CHAT_COMPLETIONS || this == COMPLETIONS;
  }

  public boolean canStream() {
    return this != EMBEDDINGS && this != COUNT_TOKENS;
  }

  /// @throws IllegalArgumentException when there is no such endpoint
  public static Endpoint parse(String wire) {
    for (Endpoint endpoint : values()) {
      if (endpoint.wire.equals(wire)) {
        return endpoint;
      }
    }
    throw new IllegalArgumentException("unknown endpoint " + wire);
  }
}
