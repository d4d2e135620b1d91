package dev.tollgate.simulated;

/// Whether a message is thought about first, and what is shown of it.
///
/// @param happens whether the model thinks
/// @param isAsked whether the request asks for it
/// @param isShown whether its words are shown, not only that there are some
record Thinking(boolean happens, boolean isAsked, boolean isShown) {
  private static final int SMALLEST_BUDGET = 1_024;
  private static final String TYPES =
      "Input should be 'adaptive', 'between_tools', 'disabled' or 'enabled'";

  /// A model that thinks does so unless it is told not to.
  static Thinking read(SimulatedModel model, Fields body) {
    Fields thinking = body.object("thinking");
    if (thinking == null) {
      return new Thinking(model.reasons(), false, false);
    }
    String type = thinking.needText("type");
    boolean shown = isShown(thinking);
    return switch (type) {
      case "disabled" -> new Thinking(false, false, false);
      case "adaptive", "between_tools", "enabled" -> {
        if (!model.reasons()) {
          throw thinking.refused("type", "thinking: this model does not support thinking");
        }
        if (type.equals("enabled")) {
          checkBudget(thinking, body);
        }
        yield new Thinking(true, true, shown);
      }
      default -> throw thinking.wrongValue("type", TYPES);
    };
  }

  private static boolean isShown(Fields thinking) {
    String display = thinking.text("display");
    if (display != null && !display.equals("summarized") && !display.equals("omitted")) {
      throw thinking.wrongValue("display", "Input should be 'summarized' or 'omitted'");
    }
    return "summarized".equals(display);
  }

  private static void checkBudget(Fields thinking, Fields body) {
    thinking.need("budget_tokens");
    int budget = thinking.integer("budget_tokens", SMALLEST_BUDGET, Integer.MAX_VALUE, 0);
    if (budget >= body.integer("max_tokens", 0, Integer.MAX_VALUE, 0)) {
      throw thinking.refused(
          "budget_tokens", "`max_tokens` must be greater than `thinking.budget_tokens`.");
    }
  }
}
