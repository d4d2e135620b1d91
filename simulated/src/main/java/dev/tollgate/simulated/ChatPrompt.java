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
    for (Fields message : body.needObjects("messages")) {
      last = speaker(message);
      checkContent(message, last);
      text = last == Speaker.OTHER ? text : Texts.in(message.node().path("content"));
      sections.add(section(message));
    }
    return new Prompt(model, new Heard(last, text), sections, terms(last));
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
