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
import java.util.Set;

/// Reads a request to `/responses`. It may go on from a response that was stored.
final class ResponsesPrompt {
  private static final int FEWEST_TOKENS = 16;
  private static final String EARLIER = "previous_response_id";
  private static final Set<String> INCLUDED =
      Set.of(
          "reasoning.encrypted_content",
          "message.output_text.logprobs",
          "message.input_image.image_url",
          "file_search_call.results",
          "web_search_call.results",
          "web_search_call.action.sources",
          "code_interpreter_call.outputs",
          "computer_call_output.output.image_url");

  private final SimulatedModel model;
  private final Fields body;
  private final StoredAnswers stored;
  private final List<Section> sections = new ArrayList<>();
  private OpenToolCalls calls = new OpenToolCalls();
  private Speaker last = Speaker.USER;
  private String text = "";

  private ResponsesPrompt(SimulatedModel model, Fields body, StoredAnswers stored) {
    this.model = model;
    this.body = body;
    this.stored = stored;
  }

  static Prompt read(SimulatedModel model, Fields body, StoredAnswers stored) {
    return new ResponsesPrompt(model, body, stored).read();
  }

  private Prompt read() {
    refuseUnsupported();
    String instructions = body.text("instructions");
    JsonNode tools = body.find("tools");
    if (tools != null) {
      sections.add(Section.of(tools.toString(), Fingerprint.of(tools.toString())));
    }
    if (instructions != null) {
      sections.add(Section.of(instructions, Fingerprint.of(instructions)));
    }
    goOn();
    JsonNode input = body.need("input");
    if (input.isTextual()) {
      text = input.textValue();
      add(text, Fingerprint.of(text));
    } else if (input.isArray()) {
      body.needObjects("input").forEach(this::add);
    } else {
      throw body.wrongType("input", "a string or an array of objects");
    }
    if (!calls.isEmpty()) {
      throw body.refused("input", "No tool output found for function call " + calls.ids() + ".");
    }
    return new Prompt(model, new Heard(last, text), sections, terms());
  }

  /// How many of the sections are tools and instructions, which a follow-up does not go on with.
  static int ownSections(Fields body) {
    return (body.find("tools") == null ? 0 : 1) + (body.text("instructions") == null ? 0 : 1);
  }

  /// What was said before is input again; the tools and instructions of then are not.
  private void goOn() {
    String conversation =
        body.find("conversation") == null ? null : body.node().path("conversation").toString();
    String earlier = body.text(EARLIER);
    if (conversation != null) {
      String why =
          earlier == null
              ? "Conversation with id " + conversation + " not found."
              : "Mutually exclusive parameters: previous_response_id and conversation.";
      throw new Rejected(new Rejection.Refused(earlier == null ? 404 : 400, "conversation", why));
    }
    if (earlier == null) {
      return;
    }
    StoredAnswers.Stored found = stored.find(earlier);
    if (found == null) {
      String why = "no response has the id '" + earlier + "'";
      throw body.invalid(Rejection.Fault.VALUE, EARLIER, "previous_response_not_found", why);
    }
    sections.addAll(found.conversation());
    calls = new OpenToolCalls(found.openCalls());
  }

  private void add(Fields item) {
    String type = item.text("type");
    switch (type == null ? "message" : type) {
      case "message" -> message(item);
      case "function_call", "custom_tool_call" -> {
        calls.called(item.needText("call_id"));
        last = Speaker.OTHER;
      }
      case "function_call_output", "custom_tool_call_output" -> {
        String id = item.needText("call_id");
        if (!calls.answered(id)) {
          throw body.refused(
              "input", "No tool call found for function call output with call_id " + id + ".");
        }
        last = Speaker.TOOL;
        text = Texts.in(item.need("output"));
      }
      case "reasoning" -> {
        thought(item);
        last = Speaker.OTHER;
      }
      case "item_reference" -> known(item.needText("id"));
      default -> throw item.wrongValue("type", "this model takes no item of type '" + type + "'");
    }
    add(Texts.in(item.node()), Fingerprint.of(item.node().toString()));
  }

  private void message(Fields item) {
    String role = item.needText("role");
    JsonNode content = item.need("content");
    if (!content.isTextual()) {
      item.objects("content").forEach(part -> part.needText("type"));
    }
    last = role.equals("user") ? Speaker.USER : Speaker.OTHER;
    text = role.equals("user") ? Texts.in(content) : text;
  }

  /// A thought comes back encrypted, or by the id under which it was stored.
  private void thought(Fields item) {
    String encrypted = item.text("encrypted_content");
    if (encrypted == null) {
      known(item.needText("id"));
    } else if (!Thought.isOwn(model, encrypted)) {
      throw item.invalid(
          Rejection.Fault.VALUE,
          "encrypted_content",
          "invalid_encrypted_content",
          "the encrypted content could not be verified");
    }
  }

  private void known(String item) {
    if (!stored.hasItem(item)) {
      throw new Rejected(
          new Rejection.Refused(
              404,
              "input",
              "Item with id '"
                  + item
                  + "' not found. Items are not persisted when `store` is set to false. Try again"
                  + " with `store` set to true, or remove this item from your input."));
    }
  }

  private void add(String counted, long fingerprint) {
    long tokens = Tokens.count(counted) + Prompt.MESSAGE_OVERHEAD;
    sections.add(new Section(tokens, fingerprint, Mark.NONE));
  }

  /// Members that nothing here can do anything with.
  private void refuseUnsupported() {
    body.refuse("prompt", "context_management");
    if (body.flag("background") && isStoreless(body)) {
      throw body.refused("background", "Background mode requires 'store' to be true.");
    }
    for (String each : body.texts("include")) {
      if (!INCLUDED.contains(each)) {
        throw body.wrongValue("include", "'" + each + "' is nothing that can be included");
      }
    }
    String truncation = body.text("truncation");
    if (truncation != null && !truncation.equals("auto") && !truncation.equals("disabled")) {
      throw body.wrongValue("truncation", "auto or disabled is expected");
    }
    Fields reasoning = body.object("reasoning");
    if (reasoning != null) {
      if (!model.reasons() && reasoning.has("effort")) {
        throw reasoning.unsupported("effort");
      }
      Efforts.check(reasoning, "effort");
      String summary = reasoning.text("summary");
      if (summary != null && !Set.of("auto", "concise", "detailed").contains(summary)) {
        throw reasoning.wrongValue("summary", "auto, concise or detailed is expected");
      }
    }
  }

  /// Whether the answer is not to be stored; usually it is.
  static boolean isStoreless(Fields body) {
    return body.has("store") && !body.flag("store");
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
