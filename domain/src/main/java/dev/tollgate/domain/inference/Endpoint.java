package dev.tollgate.domain.inference;

/// A path of `/v1`: one operation in one dialect. A call arrives at one, and an attempt goes to one
/// of its provider.
public enum Endpoint {
  CHAT_COMPLETIONS("chat_completions", "/chat/completions", Operation.GENERATE, Dialect.CHAT),
  COMPLETIONS("completions", "/completions", Operation.COMPLETE, Dialect.CHAT),
  EMBEDDINGS("embeddings", "/embeddings", Operation.EMBED, Dialect.CHAT),
  RESPONSES("responses", "/responses", Operation.GENERATE, Dialect.RESPONSES),
  MESSAGES("messages", "/messages", Operation.GENERATE, Dialect.MESSAGES),
  COUNT_TOKENS("count_tokens", "/messages/count_tokens", Operation.COUNT, Dialect.MESSAGES);

  private final String wire;
  private final String path;
  private final Operation operation;
  private final Dialect dialect;

  Endpoint(String wire, String path, Operation operation, Dialect dialect) {
    this.wire = wire;
    this.path = path;
    this.operation = operation;
    this.dialect = dialect;
  }

  /// The name used in key policies and call rows.
  public String wire() {
    return wire;
  }

  /// The path below `/v1`, and below the base URL of a provider.
  public String path() {
    return path;
  }

  public Operation operation() {
    return operation;
  }

  public Dialect dialect() {
    return dialect;
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
