package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// One path of the API. Thread-safe.
interface Route {
  /// @throws Rejected when the request is at fault
  Reply answer(Call call);

  /// @param id what makes the ids of this answer its own
  /// @param createdSeconds Unix time of the call
  record Call(SimulatedModel model, Fields body, String id, long createdSeconds) {}

  /// What goes out.
  sealed interface Reply {
    record Whole(ObjectNode json) implements Reply {}

    /// Whole server-sent events.
    record Stream(List<byte[]> events) implements Reply {}
  }
}
