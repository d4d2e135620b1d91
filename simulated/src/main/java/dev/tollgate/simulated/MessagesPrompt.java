package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.simulated.Prompt.Heard;
import dev.tollgate.simulated.Prompt.Mark;
import dev.tollgate.simulated.Prompt.Output;
import dev.tollgate.simulated.Prompt.Section;
import dev.tollgate.simulated.Prompt.Speaker;
import dev.tollgate.simulated.Prompt.Terms;
import dev.tollgate.simulated.Prompt.Tool;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Reads a request to `/messages`. Every tool, system block and content block is a section of its
/// own, since each may carry `cache_control`.
final class MessagesPrompt {
  private static final Set<String> ROLES = Set.of("user", "assistant", "system");
  private static final int MOST_MARKS = 4;
  private static final String MARK = "cache_control";

  private final Fields body;
  private final List<Section> sections = new ArrayList<>();
  private Speaker last = Speaker.OTHER;
  private String text = "";

  private MessagesPrompt(Fields body) {
    this.body = body;
  }

  static Prompt read(SimulatedModel model, Fields body) {
    body.need("max_tokens");
    int most = body.integer("max_tokens", 0, Integer.MAX_VALUE, 0);
    body.checkNumber("temperature");
    body.checkNumber("top_p");
    body.refuse("mcp_servers", "container", "context_management");
    Thinking thinking = Thinking.read(model, body);
    MessagesPrompt prompt = new MessagesPrompt(body);
    prompt.readInput();
    prompt.check(model, thinking);
    Terms terms = new Terms(most, 1, stops(body), thinking.happens(), prompt.output());
    return new Prompt(model, new Heard(prompt.last, prompt.text), prompt.sections, terms);
  }

  /// What depends on the model, and on whether it thinks.
  private void check(SimulatedModel model, Thinking thinking) {
    if (thinking.isAsked() && ToolChoice.anthropic(body).isForced()) {
      throw body.refused(
          "thinking", "Thinking may not be enabled when tool_choice forces tool use.");
    }
    if (model.reasons() && last == Speaker.OTHER) {
      throw body.refused(
          "messages",
          "This model does not support assistant message prefill. The conversation must end with a"
              + " user message.");
    }
    for (Fields message : body.objects("messages")) {
      for (Fields block : blocks(message, "content")) {
        boolean thought = "thinking".equals(block.text("type"));
        if (thought && !Thought.isOwn(model, block.needText("signature"))) {
          throw block.refused("signature", "Invalid `signature` in `thinking` block");
        }
      }
    }
  }

  /// What the input of a request counts.
  static long countTokens(Fields body) {
    MessagesPrompt prompt = new MessagesPrompt(body);
    prompt.readInput();
    return prompt.sections.stream().mapToLong(Section::tokens).sum();
  }

  private void readInput() {
    for (Fields tool : body.objects("tools")) {
      tool.needText("name");
      add("tool", tool, unmarked(tool).toString());
    }
    for (Fields block : blocks(body, "system")) {
      add("system", block, Texts.in(block.node()));
    }
    List<Fields> messages = body.needObjects("messages");
    ToolResults results = new ToolResults();
    for (int i = 0; i < messages.size(); i++) {
      readMessage(messages.get(i));
      results.next(i, messages.get(i), blocks(messages.get(i), "content"));
    }
    results.end(messages.size());
    if (body.has(MARK) && !sections.isEmpty()) {
      Section end = sections.removeLast();
      sections.add(new Section(end.tokens(), end.fingerprint(), mark(body)));
    }
    long marks = sections.stream().filter(section -> section.mark() != Mark.NONE).count();
    if (marks > MOST_MARKS) {
      throw body.wrongValue(
          MARK, "a maximum of " + MOST_MARKS + " blocks may be marked, found " + marks);
    }
  }

  private void readMessage(Fields message) {
    String role = message.needText("role");
    if (!ROLES.contains(role)) {
      throw message.wrongValue("role", "not a role");
    }
    message.need("content");
    List<Fields> blocks = blocks(message, "content");
    long overhead = Prompt.MESSAGE_OVERHEAD;
    boolean result = false;
    for (Fields block : blocks) {
      String type = block.needText("type");
      result |= type.equals("tool_result");
      if (type.equals("text") && block.needText("text").isEmpty()) {
        throw block.refused("text", "messages: text content blocks must be non-empty");
      }
      add(role, block, Texts.in(block.node()));
      Section added = sections.removeLast();
      sections.add(new Section(added.tokens() + overhead, added.fingerprint(), added.mark()));
      overhead = 0;
    }
    if (role.equals("user")) {
      last = result ? Speaker.TOOL : Speaker.USER;
      text = Texts.in(message.node().path("content"));
    } else {
      last = Speaker.OTHER;
    }
  }

  /// Blocks of a field that may also be a plain string, which is one text block.
  private static List<Fields> blocks(Fields owner, String name) {
    JsonNode value = owner.find(name);
    if (value != null && value.isTextual()) {
      ObjectNode block = Json.object().put("type", "text").put("text", value.textValue());
      return List.of(new Fields(block, owner.path() + name + "[0]."));
    }
    if (value != null && !value.isArray()) {
      throw owner.wrongType(name, "a string or an array of objects");
    }
    return owner.objects(name);
  }

  private void add(String role, Fields block, String counted) {
    long fingerprint = Fingerprint.of(role + unmarked(block));
    sections.add(new Section(Tokens.count(counted), fingerprint, mark(block)));
  }

  /// A block without its mark, which is no part of what is cached.
  private static JsonNode unmarked(Fields block) {
    if (!block.has(MARK)) {
      return block.node();
    }
    ObjectNode copy = Json.object().setAll((ObjectNode) block.node());
    return copy.without(MARK);
  }

  private static Mark mark(Fields owner) {
    Fields control = owner.object(MARK);
    if (control == null) {
      return Mark.NONE;
    }
    String ttl = control.text("ttl");
    if (ttl != null && !ttl.equals("5m") && !ttl.equals("1h")) {
      throw control.wrongValue("ttl", "5m or 1h is expected");
    }
    return "1h".equals(ttl) ? Mark.HOUR : Mark.FIVE_MINUTES;
  }

  private static List<String> stops(Fields body) {
    JsonNode given = body.find("stop_sequences");
    if (given != null && !given.isArray()) {
      throw body.wrongType("stop_sequences", "a valid list");
    }
    return body.texts("stop_sequences");
  }

  private Output output() {
    Tool tool = ToolChoice.anthropic(body).pick(ToolChoice.anthropicTools(body), body);
    Output format = format();
    return tool != null && last == Speaker.USER ? new Output.Call(tool) : format;
  }

  private Output format() {
    Fields config = body.object("output_config");
    Fields format = config == null ? null : config.object("format");
    if (format == null) {
      return new Output.Words();
    }
    if (!format.needText("type").equals("json_schema")) {
      throw format.wrongValue("type", "json_schema is expected");
    }
    return new Output.Document(format.needObject("schema").node());
  }
}
