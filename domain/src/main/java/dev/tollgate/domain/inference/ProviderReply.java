package dev.tollgate.domain.inference;

import java.util.List;

/// What a provider answered to one attempt.
public sealed interface ProviderReply {
  /// A header of the answer that may be passed on to the caller.
  record HeaderField(String name, String value) {}

  /// Where the members of a usage object end in a piece of JSON: the offset of its `}`.
  ///
  /// @param empty whether the object has no members yet
  /// @param costFrom where the provider's own `cost` begins, or -1 when it names none
  /// @param costTo where that ends
  record UsageSite(int closingBrace, boolean empty, int costFrom, int costTo) {
    /// The same place in bytes that begin so many earlier.
    public UsageSite movedBy(int offset) {
      boolean none = costFrom < 0;
      return new UsageSite(
          closingBrace + offset,
          empty,
          none ? costFrom : costFrom + offset,
          none ? costTo : costTo + offset);
    }
  }

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

  /// A stream that has begun. Whoever receives it must close it.
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
