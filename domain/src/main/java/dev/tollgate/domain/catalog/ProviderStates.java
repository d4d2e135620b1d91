package dev.tollgate.domain.catalog;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// How this node's last calls to a provider's account went. Thread-safe.
public interface ProviderStates {
  /// What is wrong with an account, or null when nothing is known to be. What calls met with an
  /// earlier credential is wrong no more.
  @Nullable Trouble troubleOf(Provider provider);

  /// What only an administrator can mend.
  ///
  /// @param since the first call that met it
  record Trouble(Kind kind, Instant since) {}

  /// Kinds of trouble.
  enum Kind {
    CREDENTIAL_REFUSED,
    NO_CREDIT,
    MISCONFIGURED;

    private final String wire = name().toLowerCase(Locale.ROOT);

    public String wire() {
      return wire;
    }
  }
}
