package dev.tollgate.application.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.keys.KeyDirectory;
import dev.tollgate.domain.keys.KeySecret;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.keys.SecretId;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.secrets.Pepper;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// When a foreign secret is looked up.
class ImportedLookUpTest {
  private static final byte[] ADDRESS = {10, 0, 0, 1};

  private final List<SecretId> asked = new ArrayList<>();
  private boolean imported;
  private int wondered;

  private final KeyDirectory directory =
      new KeyDirectory() {
        @Override
        public @Nullable KnownKey find(SecretId id) {
          asked.add(id);
          return null;
        }

        @Override
        public @Nullable KnownKey cached(SecretId id) {
          return null;
        }

        @Override
        public boolean hasImported() {
          wondered++;
          return imported;
        }

        @Override
        public void touch(VirtualKey key) {}
      };
  private final AuthenticateCaller authenticate =
      new AuthenticateCaller(
          directory,
          new GuessLimit(() -> 0, _ -> false),
          new Pepper(
              Map.of(1, "1".repeat(32).getBytes(UTF_8), 2, "2".repeat(32).getBytes(UTF_8)), 2),
          Clock.systemUTC());

  private void present(String... secrets) {
    assertThat(authenticate.authenticate(List.of(secrets), null, ADDRESS))
        .isInstanceOf(AuthenticateCaller.Outcome.Refused.class);
  }

  @Test
  void notWhileNobodyHasSuchKeys() {
    present("sk-foreign");
    assertThat(asked).isEmpty();
  }

  @Test
  void notBesideASecretOfTollgates() {
    imported = true;
    present(KeySecret.generate(new Random(1)).reveal());
    present("tgk_mistyped");
    assertThat(wondered).isZero();
    assertThat(asked).hasSize(1).noneMatch(SecretId::isImported);
  }

  @Test
  void underEveryVersionOfThePepper() {
    imported = true;
    present("sk-foreign");
    assertThat(asked).hasSize(2).allMatch(SecretId::isImported).doesNotHaveDuplicates();
  }

  /// As often as unknown secrets of Tollgate's: fifty in a second from an address.
  @Test
  void notForEverFromOneAddress() {
    imported = true;
    for (int i = 0; i < 500; i++) {
      present("sk-guess-" + i);
    }
    assertThat(asked).hasSize(50);
  }
}
