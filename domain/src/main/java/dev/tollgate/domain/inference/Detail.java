package dev.tollgate.domain.inference;

import java.util.Locale;

/// The rare facts of a call. They have no column of their own: each is kept, and shown, under its
/// name in lower case among the call's details.
public enum Detail {
  /// How many calls the record stands for: refused ones that repeat share a record.
  TIMES,
  /// Why usage and cost are an estimate.
  ESTIMATE,
  /// What was strange about the usage that the provider reported.
  ODDITIES,
  /// The output cap that was written in because a budget did not allow the one asked for.
  CLAMPED_TO;

  private final String wire = name().toLowerCase(Locale.ROOT);

  public String wire() {
    return wire;
  }
}
