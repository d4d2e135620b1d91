package dev.tollgate.domain.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeySecretTest {
  @Test
  void everyGeneratedSecretIsRecognised() {
    Random random = new Random(5);
    for (int i = 0; i < 5_000; i++) {
      KeySecret secret = KeySecret.generate(random);
      String text = secret.reveal();
      assertThat(text).matches("tgk_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}");
      KeySecret parsed = KeySecret.parse(text);
      assertThat(parsed).isNotNull();
      assertThat(parsed.id()).isEqualTo(secret.id());
      assertThat(SecretId.parse(secret.id().toString())).isEqualTo(secret.id());
      assertThat(text).endsWith(secret.hint());
    }
  }

  @Test
  void aSingleWrongCharacterIsNoticedWithoutALookUp() {
    Random random = new Random(6);
    String text = KeySecret.generate(random).reveal();
    for (int i = 0; i < text.length(); i++) {
      for (char wrong : new char[] {'0', 'z', '_', 'é', ' '}) {
        if (text.charAt(i) != wrong) {
          assertThat(KeySecret.parse(text.substring(0, i) + wrong + text.substring(i + 1)))
              .as("character %s", i)
              .isNull();
        }
      }
    }
  }

  @Test
  void anythingElseIsNotASecret() {
    Random random = new Random(7);
    String text = KeySecret.generate(random).reveal();
    for (String other :
        new String[] {
          "", "tgk_", text + "0", text.substring(1), text.toLowerCase(Locale.ROOT), "sk-abc"
        }) {
      assertThat(KeySecret.parse(other)).isNull();
    }
  }

  @Test
  void neverPrintsItself() {
    KeySecret secret = KeySecret.generate(new Random(8));
    assertThat(secret.toString()).doesNotContain(secret.reveal().substring(5, 20));
  }
}
