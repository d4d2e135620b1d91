package dev.tollgate.dialects.request;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// The closed lists of what requests are made of (facts on OpenAI, Anthropic and self-hosted
/// servers). What is in none of them and can bring input makes the input come from elsewhere.
final class KnownMembers {
  /// Members of the body that cap its output. Those that only other servers read are caps there,
  /// and go before the usual ones.
  static final Set<String> CAPS =
      Set.of(
          "max_tokens",
          "max_completion_tokens",
          "max_output_tokens",
          "max_new_tokens",
          "n_predict");

  /// Members of the body that hold content: messages, items, instructions.
  static final Set<String> CONTENT =
      Set.of("messages", "input", "system", "instructions", "prompt", "documents");

  /// Members of the body that bring input from elsewhere.
  static final Set<String> REMOTE =
      Set.of(
          "previous_response_id",
          "conversation",
          "mcp_servers",
          "container",
          "plugins",
          "context_management",
          "fallbacks");

  /// Members of the body that bring none, whatever they hold.
  static final Set<String> HARMLESS =
      Set.of(
          // OpenAI
          "access_programs",
          "best_of",
          "dimensions",
          "echo",
          "encoding_format",
          "frequency_penalty",
          "function_call",
          "include",
          "logit_bias",
          "logprobs",
          "moderation",
          "parallel_tool_calls",
          "prediction",
          "presence_penalty",
          "prompt_cache_key",
          "prompt_cache_options",
          "prompt_cache_retention",
          "reasoning",
          "reasoning_effort",
          "response_format",
          "safety_identifier",
          "seed",
          "stop",
          "store",
          "suffix",
          "temperature",
          "text",
          "tool_choice",
          "top_logprobs",
          "top_p",
          "truncation",
          "verbosity",
          // Anthropic
          "diagnostics",
          "output_config",
          "output_format",
          "stop_sequences",
          "top_k",
          // self-hosted servers
          "add_generation_prompt",
          "allowed_token_ids",
          "bad_words",
          "cache_prompt",
          "cache_salt",
          "chat_template_kwargs",
          "grammar",
          "guided_choice",
          "guided_grammar",
          "guided_json",
          "guided_regex",
          "id_slot",
          "ignore_eos",
          "include_reasoning",
          "json_schema",
          "keep_alive",
          "length_penalty",
          "min_p",
          "min_tokens",
          "mm_processor_kwargs",
          "models",
          "n_probs",
          "options",
          "priority",
          "provider",
          "reasoning_format",
          "repetition_penalty",
          "return_token_ids",
          "route",
          "samplers",
          "skip_special_tokens",
          "stop_token_ids",
          "structured_outputs",
          "thinking_token_budget",
          "timings_per_token",
          "transforms",
          "typical_p",
          "usage",
          "vllm_xargs");

  /// Types of parts and items whose input is in their own bytes.
  static final Set<String> PARTS =
      Set.of(
          "text",
          "refusal",
          "function",
          "custom",
          "reasoning",
          // Responses
          "message",
          "input_text",
          "output_text",
          "summary_text",
          "reasoning_text",
          "function_call",
          "function_call_output",
          "custom_tool_call",
          "custom_tool_call_output",
          "local_shell_call",
          "local_shell_call_output",
          "apply_patch_call",
          "apply_patch_call_output",
          // Messages
          "tool_use",
          "tool_result",
          "thinking",
          "redacted_thinking",
          "search_result",
          "tool_reference");

  /// Types of parts that are documents.
  static final Set<String> DOCUMENTS = Set.of("document", "file", "input_file");

  /// Sources of documents that are texts in the body.
  static final Set<String> INLINE = Set.of("text", "content");

  /// Members of parts, items and tools that hold no content: schemas, arguments, notes.
  static final Set<String> OPAQUE =
      Set.of(
          "action",
          "annotations",
          "arguments",
          "caller",
          "citations",
          "encrypted_content",
          "filters",
          "format",
          "input",
          "input_examples",
          "input_schema",
          "logprobs",
          "metadata",
          "parameters",
          "ranking_options",
          "schema",
          "signature",
          "user_location");

  /// Members by which an object without a type says what it is.
  static final Set<String> SAYS =
      Set.of("role", "content", "text", "function", "name", "output", "arguments", "parts");

  private static final Pattern CAPITALS = Pattern.compile("(?<=[a-z0-9])[A-Z]");

  private static final Set<String> OWN_IDS =
      Set.of("id", "call_id", "tool_call_id", "tool_use_id", "user_id");

  /// Tools that the caller runs itself.
  private static final Set<String> OWN_TOOLS =
      Set.of("", "function", "custom", "local_shell", "apply_patch");

  private KnownMembers() {}

  /// Whether a member names something that lies elsewhere.
  static boolean isReference(String member) {
    String name = CAPITALS.matcher(member).replaceAll("_$0").toLowerCase(Locale.ROOT);
    if (OWN_IDS.contains(name)) {
      return false;
    }
    return name.endsWith("_id")
        || name.endsWith("_ids")
        || name.endsWith("url")
        || name.endsWith("uri")
        || name.endsWith("file");
  }

  static boolean isOwnTool(String type) {
    return OWN_TOOLS.contains(type)
        || type.startsWith("bash_")
        || type.startsWith("text_editor_")
        || type.startsWith("memory_");
  }
}
