package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.simulated.Prompt.Tool;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which of the caller's functions is called, if any.
sealed interface ToolChoice {
  record None() implements ToolChoice {}

  record First() implements ToolChoice {}

  /// Any, but one.
  record Required() implements ToolChoice {}

  record Named(String name) implements ToolChoice {}

  /// @return null when no function is to be called
  default @Nullable Tool pick(List<Tool> tools, Fields body) {
    if (tools.isEmpty() && isForced()) {
      throw body.refused("tool_choice", "tool_choice is only allowed when tools are specified.");
    }
    return switch (this) {
      case None() -> null;
      case First(), Required() -> tools.isEmpty() ? null : tools.getFirst();
      case Named(String name) ->
          tools.stream()
              .filter(tool -> tool.name().equals(name))
              .findFirst()
              .orElseThrow(() -> body.wrongValue("tool_choice", "no tool is named '" + name + "'"));
    };
  }

  /// Whether a tool must be called.
  default boolean isForced() {
    return this instanceof Required || this instanceof Named;
  }

  /// Reads OpenAI's form.
  ///
  /// @param nested whether functions are wrapped as in chat, or flat as in responses
  static ToolChoice openAi(Fields body, boolean nested) {
    JsonNode choice = body.find("tool_choice");
    if (choice == null) {
      return new First();
    }
    if (choice.isTextual()) {
      return switch (choice.textValue()) {
        case "none" -> new None();
        case "auto" -> new First();
        case "required" -> new Required();
        default -> throw body.wrongValue("tool_choice", "none, auto or required is expected");
      };
    }
    Fields object = body.needObject("tool_choice");
    String type = object.needText("type");
    if (type.equals("allowed_tools")) {
      Fields allowed = nested ? object.needObject("allowed_tools") : object;
      return new Named(functionName(allowed.needObjects("tools").getFirst(), nested));
    }
    if (!type.equals("function")) {
      throw object.wrongValue("type", "function or allowed_tools is expected");
    }
    return new Named(functionName(object, nested));
  }

  /// Reads Anthropic's form.
  static ToolChoice anthropic(Fields body) {
    Fields choice = body.object("tool_choice");
    if (choice == null) {
      return new First();
    }
    return switch (choice.needText("type")) {
      case "none" -> new None();
      case "auto" -> new First();
      case "any" -> new Required();
      case "tool" -> new Named(choice.needText("name"));
      default -> throw choice.wrongValue("type", "auto, any, tool or none is expected");
    };
  }

  /// The functions among OpenAI's tools.
  static List<Tool> openAiTools(Fields body, boolean nested) {
    List<Tool> tools = new ArrayList<>();
    for (Fields tool : body.objects("tools")) {
      String type = tool.needText("type");
      if (type.equals("function")) {
        Fields function = nested ? tool.needObject("function") : tool;
        Fields schema = function.object("parameters");
        tools.add(new Tool(function.needText("name"), schemaOf(schema)));
      } else {
        throw tool.refused("type", "Tool '" + type + "' is not supported with this model.");
      }
    }
    if (tools.isEmpty() && body.find("tools") == null) {
      body.refuse("parallel_tool_calls");
    }
    return tools;
  }

  /// The caller's own functions among Anthropic's tools.
  static List<Tool> anthropicTools(Fields body) {
    List<Tool> tools = new ArrayList<>();
    for (Fields tool : body.objects("tools")) {
      String type = tool.text("type");
      if (type == null || type.equals("custom")) {
        tools.add(new Tool(tool.needText("name"), schemaOf(tool.needObject("input_schema"))));
      } else {
        throw tool.refused("type", "This model does not support tool types: " + type + ".");
      }
    }
    return tools;
  }

  private static String functionName(Fields function, boolean nested) {
    return (nested ? function.needObject("function") : function).needText("name");
  }

  private static JsonNode schemaOf(@Nullable Fields schema) {
    return schema == null ? Json.object() : schema.node();
  }
}
