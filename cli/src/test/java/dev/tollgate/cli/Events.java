package dev.tollgate.cli;

import com.fasterxml.jackson.databind.node.TextNode;

/// Events as the gateway sends them.
final class Events {
  static final String KEEP_ALIVE = ": keep-alive\n\n";
  static final String DONE = "data: [DONE]\n\n";

  private Events() {}

  static String text(String text) {
    return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":"
        + TextNode.valueOf(text)
        + "},\"finish_reason\":null}],\"usage\":null}\n\n";
  }

  static String stop() {
    return "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
  }

  static String usage(int input, int output, String more) {
    return "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d%s}}\n\n"
        .formatted(input, output, more);
  }
}
