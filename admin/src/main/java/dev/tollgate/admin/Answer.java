package dev.tollgate.admin;

import com.google.protobuf.Message;

/// What becomes of a request.
public sealed interface Answer {
  /// @param replayed whether it is the answer of an earlier request under the same key
  record Done(Message message, boolean replayed) implements Answer {}

  /// A job goes on; the message holds nothing but its operation.
  record Pending(Message message, boolean replayed) implements Answer {}

  record Refused(Fault fault) implements Answer {}
}
