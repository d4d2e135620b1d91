package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.simulated.Prompt.Heard;
import dev.tollgate.simulated.Prompt.Mark;
import dev.tollgate.simulated.Prompt.Output;
import dev.tollgate.simulated.Prompt.Section;
import dev.tollgate.simulated.Prompt.Speaker;
import dev.tollgate.simulated.Prompt.Terms;
import dev.tollgate.simulated.Prompt.Tool;
import java.util.ArrayList;
import java.util.List;

/// Reads a request to `/responses`. Nothing is stored, so no earlier response can be named.
final class ResponsesPrompt {
  private static final int FEWEST_TOKENS = 16;

  private final SimulatedModel model;
  private final Fields body;
  private final List<Section> sections = new ArrayList<>();
  private Speaker last = Speaker.USER;
  private String text = "";

  private ResponsesPrompt(SimulatedModel model, Fields body) {
    this.model = model;
    this.body = body;
  }

  static Prompt read(SimulatedModel model, Fields body) {
    return new ResponsesPrompt(model, body).read();
  }

  private Prompt read() {
    String earlier = body.text("previous_response_id");
    if (earlier != null) {
      String why = "no response has the id '" + earlier + "'";
      throw body.invalid(
          Rejection.Fault.VALUE, "previous_response_id", "previous_response_not_found", why);
    }
    JsonNode tools = body.find("tools");
    if (tools != null) {
      sections.add(Section.of(tools.toString(), Fingerprint.of(tools.toString())));
    }
    String instructions = body.text("instructions");
    if (instructions != null) {
      sections.add(Section.of(instructions, Fingerprint.of(instructions)));
    }
    JsonNode input = body.need("input");
    if (input.isTextual()) {
      text = input.textValue();
      add(text, Fingerprint.of(text));
    } else if (input.isArray()) {
      body.needObjects("input").forEach(this::add);
    } else {
      throw body.wrongType("input", "a string or an array of objects");
    }
    return new Prompt(model, new Heard(last, text), sections, terms());
  }

  private void add(Fields item) {
    String type = item.text("type");
    if (type == null || type.equals("message")) {
      String role = item.needText("role");
      JsonNode content = item.need("content");
      if (!content.isTextual()) {
        item.objects("content").forEach(part -> part.needText("type"));
      }
      last = role.equals("user") ? Speaker.USER : Speaker.OTHER;
      text = role.equals("user") ? Texts.in(content) : text;
    } else if (type.endsWith("_call_output")) {
      last = Speaker.TOOL;
      text = Texts.in(item.need("output"));
    } else {
      last = Speaker.OTHER;
    }
    add(Texts.in(item.node()), Fingerprint.of(item.node().toString()));
  }

  private void add(String counted, long fingerprint) {
    long tokens = Tokens.count(counted) + Prompt.MESSAGE_OVERHEAD;
    sections.add(new Section(tokens, fingerprint, Mark.NONE));
  }

  private Terms terms() {
    body.checkNumber("temperature");
    body.checkNumber("top_p");
    int absent = Integer.MAX_VALUE;
    int most = body.integer("max_output_tokens", FEWEST_TOKENS, Integer.MAX_VALUE, absent);
    Fields reasoning = body.object("reasoning");
    boolean idle = reasoning != null && "none".equals(reasoning.text("effort"));
    return new Terms(most, 1, List.of(), model.reasons() && !idle, output());
  }

  private Output output() {
    Tool tool = ToolChoice.openAi(body, false).pick(ToolChoice.openAiTools(body, false), body);
    Output format = format();
    return tool != null && last == Speaker.USER ? new Output.Call(tool) : format;
  }

  private Output format() {
    Fields options = body.object("text");
    Fields format = options == null ? null : options.object("format");
    if (format == null) {
      return new Output.Words();
    }
    return switch (format.needText("type")) {
      case "text" -> new Output.Words();
      case "json_object" -> new Output.AnyObject();
      case "json_schema" -> {
        format.needText("name");
        yield new Output.Document(format.needObject("schema").node());
      }
      default -> throw format.wrongValue("type", "text, json_object or json_schema is expected");
    };
  }
}
