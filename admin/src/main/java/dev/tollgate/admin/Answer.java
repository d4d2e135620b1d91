package dev.tollgate.admin;

import com.google.protobuf.Message;

/// What becomes of a request.
public sealed interface Answer {
  /// @param replayed whether it is the answer of an earlier request under the same key
  record Done(Message message, boolean replayed) implements Answer {
    /// It may hold a secret, which is not printed.
    @Override
    public String toString() {
      return "Done[" + message.getDescriptorForType().getName() + "]";
    }
  }

  /// A job goes on; the message holds nothing but its operation.
  record Pending(Message message, boolean replayed) implements Answer {
    @Override
    public String toString() {
      return "Pending[" + message.getDescriptorForType().getName() + "]";
    }
  }

  record Refused(Fault fault) implements Answer {}
}
