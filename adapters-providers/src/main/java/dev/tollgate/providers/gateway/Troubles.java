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

/// What is wrong with the accounts of this node. Each is told to the log once a minute while calls
/// meet it, and forgotten when a call succeeds. Thread-safe.
final class Troubles implements ProviderStates {
  private static final Logger LOG = System.getLogger(Troubles.class.getName());
  private static final Duration BETWEEN = Duration.ofMinutes(1);

  private final Clock clock;
  private final ConcurrentHashMap<ProviderId, Met> met = new ConcurrentHashMap<>();

  private record Met(Trouble trouble, Instant told) {}

  Troubles(Clock clock) {
    this.clock = clock;
  }

  @Override
  public @Nullable Trouble troubleOf(ProviderId provider) {
    Met last = met.get(provider);
    return last == null ? null : last.trouble();
  }

  void works(Provider provider) {
    if (!met.isEmpty() && met.remove(provider.id()) != null) {
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
    Instant now = clock.instant();
    Met same = last != null && last.trouble().kind() == kind ? last : null;
    if (same != null && Duration.between(same.told(), now).compareTo(BETWEEN) < 0) {
      return same;
    }
    LOG.log(Level.WARNING, "Provider {0} {1}", provider.name(), text(kind, failure));
    return new Met(new Trouble(kind, same == null ? now : same.trouble().since()), now);
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
