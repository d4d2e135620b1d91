package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.simulated.Prompt.Heard;
import dev.tollgate.simulated.Prompt.Output;
import dev.tollgate.simulated.Prompt.Section;
import dev.tollgate.simulated.Prompt.Speaker;
import dev.tollgate.simulated.Prompt.Terms;
import dev.tollgate.simulated.Prompt.Tool;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Reads a request to `/chat/completions`.
final class ChatPrompt {
  private static final Set<String> ROLES =
      Set.of("developer", "system", "user", "assistant", "tool", "function");
  private static final int MOST_CHOICES = 128;
  private static final int MOST_STOPS = 4;

  private final SimulatedModel model;
  private final Fields body;

  private ChatPrompt(SimulatedModel model, Fields body) {
    this.model = model;
    this.body = body;
  }

  static Prompt read(SimulatedModel model, Fields body) {
    return new ChatPrompt(model, body).read();
  }

  private Prompt read() {
    List<Section> sections = new ArrayList<>();
    JsonNode tools = body.find("tools");
    if (tools != null) {
      sections.add(Section.of(tools.toString(), Fingerprint.of(tools.toString())));
    }
    Speaker last = Speaker.OTHER;
    String text = "";
    OpenToolCalls calls = new OpenToolCalls();
    for (Fields message : body.needObjects("messages")) {
      last = speaker(message);
      checkCalls(message, calls);
      checkContent(message, last);
      text = last == Speaker.OTHER ? text : Texts.in(message.node().path("content"));
      sections.add(section(message));
    }
    checkAnswered(calls);
    return new Prompt(model, new Heard(last, text), sections, terms(last));
  }

  /// Each tool call is answered before anybody else speaks, and nothing else is answered.
  private static void checkCalls(Fields message, OpenToolCalls calls) {
    String role = message.needText("role");
    if (role.equals("tool")) {
      String id = message.needText("tool_call_id");
      if (!calls.answered(id)) {
        throw message.refused(
            "role",
            "Invalid parameter: messages with role 'tool' must be a response to a preceeding"
                + " message with 'tool_calls'.");
      }
      return;
    }
    checkAnswered(calls);
    for (Fields call : message.objects("tool_calls")) {
      calls.called(call.needText("id"));
    }
  }

  private static void checkAnswered(OpenToolCalls calls) {
    if (!calls.isEmpty()) {
      throw new Rejected(
          new Rejection.Refused(
              400,
              "messages",
              "An assistant message with 'tool_calls' must be followed by tool messages responding"
                  + " to each 'tool_call_id'. The following tool_call_ids did not have response"
                  + " messages: "
                  + calls.ids()));
    }
  }

  /// Members that nothing here can do anything with. What thinks takes no part of sampling.
  private void refuseUnsupported() {
    body.refuse("functions", "function_call", "audio", "web_search_options", "prediction");
    for (String modality : body.texts("modalities")) {
      if (!modality.equals("text")) {
        throw body.wrongValue("modalities", "this model puts out text only");
      }
    }
    if (model.reasons()) {
      body.refuse(
          "logprobs", "top_logprobs", "logit_bias", "presence_penalty", "frequency_penalty");
    } else if (body.has("reasoning_effort")) {
      throw body.unsupported("reasoning_effort");
    }
    Efforts.check(body, "reasoning_effort");
  }

  private static Section section(Fields message) {
    long tokens = Tokens.count(Texts.in(message.node())) + Prompt.MESSAGE_OVERHEAD;
    return new Section(tokens, Fingerprint.of(message.node().toString()), Prompt.Mark.NONE);
  }

  private static Speaker speaker(Fields message) {
    String role = message.needText("role");
    if (!ROLES.contains(role)) {
      throw message.wrongValue("role", "'" + role + "' is not a role");
    }
    return switch (role) {
      case "user" -> Speaker.USER;
      case "tool", "function" -> Speaker.TOOL;
      default -> Speaker.OTHER;
    };
  }

  private static void checkContent(Fields message, Speaker speaker) {
    JsonNode content = speaker == Speaker.USER ? message.need("content") : message.find("content");
    if (content != null && content.isArray()) {
      message.objects("content").forEach(part -> part.needText("type"));
    } else if (content != null && !content.isTextual()) {
      throw message.wrongType("content", "a string or an array of objects");
    }
  }

  private Terms terms(Speaker last) {
    refuseUnsupported();
    body.checkNumber("temperature");
    body.checkNumber("top_p");
    int older = body.integer("max_tokens", 1, Integer.MAX_VALUE, Integer.MAX_VALUE);
    int most = body.integer("max_completion_tokens", 1, Integer.MAX_VALUE, older);
    int choices = body.integer("n", 1, MOST_CHOICES, 1);
    boolean thinks = model.reasons() && !"none".equals(body.text("reasoning_effort"));
    return new Terms(most, choices, stops(body), thinks, output(last));
  }

  static List<String> stops(Fields body) {
    List<String> stops = body.texts("stop");
    if (stops.size() > MOST_STOPS) {
      throw body.wrongValue("stop", "at most " + MOST_STOPS + " sequences are possible");
    }
    return stops;
  }

  private Output output(Speaker last) {
    Tool tool = ToolChoice.openAi(body, true).pick(ToolChoice.openAiTools(body, true), body);
    Output format = format();
    return tool != null && last == Speaker.USER ? new Output.Call(tool) : format;
  }

  private Output format() {
    Fields format = body.object("response_format");
    if (format == null) {
      return new Output.Words();
    }
    return switch (format.needText("type")) {
      case "text" -> new Output.Words();
      case "json_object" -> new Output.AnyObject();
      case "json_schema" -> {
        Fields named = format.needObject("json_schema");
        named.needText("name");
        yield new Output.Document(named.needObject("schema").node());
      }
      default -> throw format.wrongValue("type", "text, json_object or json_schema is expected");
    };
  }
}
