package dev.tollgate.dialects.openai.chat;

import dev.tollgate.dialects.answer.AnswerRules;
import dev.tollgate.dialects.format.ErrorBodies;
import dev.tollgate.dialects.format.ModelLists;
import dev.tollgate.dialects.format.WireFormat;
import dev.tollgate.dialects.openai.OpenAiAnswers;
import dev.tollgate.dialects.openai.OpenAiErrors;
import dev.tollgate.dialects.openai.OpenAiModels;
import dev.tollgate.dialects.request.RequestRules;
import dev.tollgate.dialects.sse.EventRules;
import dev.tollgate.domain.inference.Operation;

/// OpenAI's chat completions, with completions and embeddings.
public final class ChatFormat implements WireFormat {
  private final RequestRules requests = new ChatRequests();
  private final AnswerRules answers = new OpenAiAnswers();
  private final ErrorBodies errors = new OpenAiErrors();
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
    return operation == Operation.GENERATE ? ChatEvents.CHAT : ChatEvents.COMPLETIONS;
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
