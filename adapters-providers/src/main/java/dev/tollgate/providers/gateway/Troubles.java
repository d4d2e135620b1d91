package dev.tollgate.providers.gateway;

import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderStates;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.inference.Failure;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What is wrong with the accounts of this node. Each is told to the log at most once a minute
/// while calls meet it, and forgotten when a call succeeds. Thread-safe.
final class Troubles implements ProviderStates {
  private static final Logger LOG = System.getLogger(Troubles.class.getName());
  private static final Duration BETWEEN = Duration.ofMinutes(1);

  private final Clock clock;
  private final ConcurrentHashMap<ProviderId, Met> met = new ConcurrentHashMap<>();

  /// When the log was told of a provider last. It stays when a call succeeds: an account that takes
  /// every other call is no news each time.
  private final ConcurrentHashMap<ProviderId, Instant> told = new ConcurrentHashMap<>();

  /// @param told whether the log knows
  private record Met(Trouble trouble, int credentialVersion, boolean told) {}

  Troubles(Clock clock) {
    this.clock = clock;
  }

  @Override
  public @Nullable Trouble troubleOf(Provider provider) {
    Met last = met.get(provider.id());
    return last == null || last.credentialVersion() != provider.credentialVersion()
        ? null
        : last.trouble();
  }

  void works(Provider provider) {
    if (met.isEmpty()) {
      return;
    }
    Met last = met.remove(provider.id());
    if (last != null && last.told()) {
      LOG.log(Level.INFO, "Provider {0} takes calls again.", provider.name());
    }
  }

  void failed(Provider provider, Failure failure) {
    Kind kind =
        switch (failure.kind()) {
          case AUTH -> Kind.CREDENTIAL_REFUSED;
          case BILLING_STOP -> Kind.NO_CREDIT;
          case MISCONFIGURED -> Kind.MISCONFIGURED;
          default -> null;
        };
    if (kind != null) {
      met.compute(provider.id(), (_, last) -> next(provider, kind, failure, last));
    }
  }

  private Met next(Provider provider, Kind kind, Failure failure, @Nullable Met last) {
    int version = provider.credentialVersion();
    if (last != null && last.credentialVersion() > version) {
      return last;
    }
    Instant now = clock.instant();
    Instant before = told.get(provider.id());
    boolean tell = before == null || Duration.between(before, now).compareTo(BETWEEN) >= 0;
    if (tell) {
      told.put(provider.id(), now);
      LOG.log(Level.WARNING, "Provider {0} {1}", provider.name(), text(kind, failure));
    }
    if (last == null || last.trouble().kind() != kind || last.credentialVersion() != version) {
      return new Met(new Trouble(kind, now), version, tell);
    }
    return new Met(last.trouble(), version, tell || last.told());
  }

  private static String text(Kind kind, Failure failure) {
    return switch (kind) {
      case CREDENTIAL_REFUSED ->
          "refuses its credential. Change it: PATCH /api/v1/providers/{id} {\"credential\":...}.";
      case NO_CREDIT -> "says that its account has no credit left.";
      case MISCONFIGURED -> "is not set up properly. Its calls are told: " + failure.message();
    };
  }
}
