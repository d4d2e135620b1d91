package dev.tollgate.dialects.anthropic.messages;

import dev.tollgate.dialects.answer.AnswerRules;
import dev.tollgate.dialects.format.ErrorBodies;
import dev.tollgate.dialects.format.ModelLists;
import dev.tollgate.dialects.format.WireFormat;
import dev.tollgate.dialects.request.RequestRules;
import dev.tollgate.dialects.sse.EventRules;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Operation;
import java.util.List;

/// Anthropic's messages.
public final class MessagesFormat implements WireFormat {
  private final RequestRules requests = new MessagesRequests();
  private final AnswerRules answers = new MessagesAnswers();
  private final EventRules events = new MessagesEvents();
  private final ErrorBodies errors = new MessagesErrors();
  private final ModelLists models = new MessagesModels();

  /// Some clients want a base URL that ends with `/v1`, and some add it.
  @Override
  public List<String> paths(Endpoint endpoint) {
    return List.of("/v1" + endpoint.path(), endpoint.path());
  }

  @Override
  public RequestRules requests() {
    return requests;
  }

  @Override
  public AnswerRules answers() {
    return answers;
  }

  @Override
  public EventRules events(Operation operation) {
    return events;
  }

  @Override
  public ErrorBodies errors() {
    return errors;
  }

  @Override
  public ModelLists models() {
    return models;
  }
}
