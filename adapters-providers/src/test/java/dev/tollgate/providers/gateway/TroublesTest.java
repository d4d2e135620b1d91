package dev.tollgate.providers.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderStates.Kind;
import dev.tollgate.domain.catalog.ProviderStates.Trouble;
import dev.tollgate.domain.catalog.SampleCatalog;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.inference.Failure;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TroublesTest {
  private static final Logger LOG = Logger.getLogger(Troubles.class.getName());
  private static final Failure REFUSED = Failure.of(Failure.Kind.AUTH, "no");

  private final Provider provider = SampleCatalog.aProvider(SampleIds.aTenant(), "openai");
  private final List<Level> logged = new ArrayList<>();
  private final Handler noting =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          logged.add(record.getLevel());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
  private Instant now = Instant.parse("2026-11-01T00:00:00Z");
  private final InstantSource clock = () -> now;
  private final Troubles troubles = new Troubles(clock.withZone(ZoneOffset.UTC));

  @BeforeEach
  void listen() {
    LOG.addHandler(noting);
  }

  @AfterEach
  void stopListening() {
    LOG.removeHandler(noting);
  }

  @Test
  void anAccountThatTakesEveryOtherCallIsToldOnceAMinute() {
    for (int i = 0; i < 20; i++) {
      troubles.failed(provider, REFUSED);
      assertThat(troubles.troubleOf(provider)).isNotNull();
      troubles.works(provider);
      assertThat(troubles.troubleOf(provider)).isNull();
    }
    assertThat(logged).containsExactly(Level.WARNING, Level.INFO);

    now = now.plus(Duration.ofMinutes(1));
    troubles.failed(provider, REFUSED);

    assertThat(logged).containsExactly(Level.WARNING, Level.INFO, Level.WARNING);
  }

  @Test
  void itBeganWithTheFirstCallThatMetIt() {
    Instant first = now;
    troubles.failed(provider, REFUSED);
    now = now.plusSeconds(90);
    troubles.failed(provider, REFUSED);

    assertThat(troubles.troubleOf(provider)).isEqualTo(new Trouble(Kind.CREDENTIAL_REFUSED, first));
    assertThat(logged).containsExactly(Level.WARNING, Level.WARNING);
  }

  @Test
  void anotherCredentialHasNoneOfTheTroublesOfTheOneBefore() {
    Provider changed = provider.withNextCredential();
    troubles.failed(provider, REFUSED);
    assertThat(troubles.troubleOf(changed)).isNull();

    troubles.failed(changed, Failure.of(Failure.Kind.BILLING_STOP, "no credit"));
    troubles.failed(provider, REFUSED);

    assertThat(troubles.troubleOf(changed)).isEqualTo(new Trouble(Kind.NO_CREDIT, now));
  }
}
