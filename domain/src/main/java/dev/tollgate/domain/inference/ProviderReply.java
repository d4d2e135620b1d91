package dev.tollgate.domain.inference;

import java.util.List;

/// What a provider answered to one attempt.
public sealed interface ProviderReply {
  /// A header of the answer that may be passed on to the caller.
  record HeaderField(String name, String value) {}

  /// A complete answer.
  ///
  /// @param text the text that the model has emitted, for an estimate; empty when the usage is
  ///   complete
  record Answer(
      byte[] body,
      String contentType,
      List<HeaderField> headers,
      ReportedUsage reported,
      String text)
      implements ProviderReply {
    public Answer {
      headers = List.copyOf(headers);
    }
  }

  /// A stream that has begun. The receiver must close it.
  record Streaming(EventStream events, List<HeaderField> headers) implements ProviderReply {
    public Streaming {
      headers = List.copyOf(headers);
    }
  }

  /// No usable answer.
  ///
  /// @param reported what the provider said it used all the same
  record Failed(Failure failure, ReportedUsage reported) implements ProviderReply {
    public Failed(Failure failure) {
      this(failure, ReportedUsage.NOTHING);
    }
  }
}
