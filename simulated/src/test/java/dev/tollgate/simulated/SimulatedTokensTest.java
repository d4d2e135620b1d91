package dev.tollgate.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SimulatedTokensTest {
  @Test
  void cutsLongWordsAndKeepsWhiteSpace() {
    assertThat(Tokens.split("A budget\n of considerable  size "))
        .containsExactly("A", " budget", "\n of", " consid", "erable", "  size", " ");
  }

  @Test
  void tokensPutTogetherAreTheText() {
    String text = "  Zoë paid 😀😀😀😀 twice; 合計は九千ドルです\t\t";
    assertThat(String.join("", Tokens.split(text))).isEqualTo(text);
    assertThat(Tokens.count(text)).isEqualTo(Tokens.split(text).size());
  }

  @Test
  void neverTearsASurrogatePair() {
    assertThat(Tokens.split("12345😀678")).containsExactly("12345😀", "678");
  }

  @Test
  void firstTokensAreAPrefix() {
    assertThat(Tokens.first("one two three", 2)).isEqualTo("one two");
    assertThat(Tokens.first("one two", 9)).isEqualTo("one two");
    assertThat(Tokens.first("one", -1)).isEmpty();
  }

  @Test
  void nothingCountsNothing() {
    assertThat(Tokens.count("")).isZero();
    assertThat(Tokens.split("")).isEmpty();
  }
}
