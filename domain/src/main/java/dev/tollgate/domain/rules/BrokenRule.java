package dev.tollgate.domain.rules;

/// A value that breaks a rule of the domain. What makes a value throws it; a use case answers
/// [dev.tollgate.domain.authority.Result.Invalid] instead.
public final class BrokenRule extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String field;

  /// @param field as it is named where it is sent, such as `expires_at`
  /// @param rule the rule as a sentence without its full stop, which begins with the field
  public BrokenRule(String field, String rule) {
    super(rule);
    this.field = field;
  }

  /// @param rest of the rule, behind the field
  public static BrokenRule of(String field, String rest) {
    return new BrokenRule(field, field + " " + rest);
  }

  public String field() {
    return field;
  }
}
