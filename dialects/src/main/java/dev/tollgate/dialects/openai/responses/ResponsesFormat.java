package dev.tollgate.dialects.openai.responses;

import dev.tollgate.dialects.answer.AnswerRules;
import dev.tollgate.dialects.format.ErrorBodies;
import dev.tollgate.dialects.format.ModelLists;
import dev.tollgate.dialects.format.WireFormat;
import dev.tollgate.dialects.openai.OpenAiAnswers;
import dev.tollgate.dialects.openai.OpenAiModels;
import dev.tollgate.dialects.request.RequestRules;
import dev.tollgate.dialects.sse.EventRules;
import dev.tollgate.domain.inference.Operation;

/// OpenAI's responses.
public final class ResponsesFormat implements WireFormat {
  private final RequestRules requests = new ResponsesRequests();
  private final AnswerRules answers = new OpenAiAnswers();
  private final EventRules events = new ResponsesEvents();
  private final ErrorBodies errors = new ResponsesErrors();
  private final ModelLists models = new OpenAiModels();

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
