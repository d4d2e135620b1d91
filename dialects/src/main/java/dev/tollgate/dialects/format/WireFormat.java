package dev.tollgate.dialects.format;

import dev.tollgate.dialects.answer.AnswerRules;
import dev.tollgate.dialects.answer.Answers;
import dev.tollgate.dialects.request.PayloadReader;
import dev.tollgate.dialects.request.RequestRules;
import dev.tollgate.dialects.sse.EventRules;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Operation;
import dev.tollgate.domain.inference.Payload;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one dialect looks like, in and out. Stateless; thread-safe.
public interface WireFormat {
  /// What requests consist of, and what is written into them.
  RequestRules requests();

  /// What whole answers and errors of a provider mean.
  AnswerRules answers();

  /// What the events of a provider's stream mean.
  EventRules events(Operation operation);

  /// Errors as a caller is told of them.
  ErrorBodies errors();

  /// Models as a caller lists them.
  ModelLists models();

  /// The paths at which callers find an endpoint. The base URLs that clients want differ.
  default List<String> paths(Endpoint endpoint) {
    return List.of("/v1" + endpoint.path());
  }

  /// Reads a caller's request.
  ///
  /// @throws dev.tollgate.dialects.request.BadRequest when it is not one
  default Payload read(Operation operation, byte[] body) {
    return PayloadReader.read(requests(), operation, body);
  }

  /// A reader of a provider's answers.
  ///
  /// @param secret what must not be repeated to anyone, or null
  default Answers answersOf(Endpoint endpoint, @Nullable String secret) {
    return new Answers(answers(), endpoint, secret);
  }
}
