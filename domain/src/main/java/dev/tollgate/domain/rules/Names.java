package dev.tollgate.domain.rules;

/// The rule for names that people give: 1 to 100 characters, none of them a control character.
public final class Names {
  private static final int LONGEST = 100;

  private Names() {}

  /// @throws BrokenRule when the name breaks the rule
  public static void check(String name) {
    if (name.isBlank() || name.length() > LONGEST) {
      throw BrokenRule.of("name", "must have 1 to " + LONGEST + " characters");
    }
    if (name.chars().anyMatch(Character::isISOControl)) {
      throw BrokenRule.of("name", "must not contain control characters");
    }
  }
}
