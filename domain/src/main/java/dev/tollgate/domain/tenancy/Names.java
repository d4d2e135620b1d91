package dev.tollgate.domain.tenancy;

/// The rule for names that people give: 1 to 100 characters, none of them a control character.
public final class Names {
  private static final int LONGEST = 100;

  private Names() {}

  /// @throws IllegalArgumentException when the name breaks the rule
  public static void check(String name) {
    if (name.isBlank() || name.length() > LONGEST) {
      throw new IllegalArgumentException("name must have 1 to " + LONGEST + " characters");
    }
    if (name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("name must not contain control characters");
    }
  }
}
