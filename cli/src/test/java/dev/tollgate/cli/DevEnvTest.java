package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DevEnvTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {
        "A=plain, plain",
        "export A='single quoted', single quoted",
        "export A=\"double quoted\", double quoted",
        "  export   A=b, b",
        "A='it'\\''s', it's",
        "A='$HOME \"x\" \\n', $HOME \"x\" \\n",
        "A=\"say \\\"hi\\\" \\$5 \\\\ \\n\", say \"hi\" $5 \\ \\n",
        "A=a\\ b, a b",
        "A=x'y z'\"w\", xy zw",
        "A=http://localhost:8080/v1 # the edge, http://localhost:8080/v1",
        "A=a#b, a#b",
        "A=b=c, b=c",
        "A=, ||",
        "A='', ||",
        "A=tail\\, tail"
      })
  void readsOneValue(String line, String value) {
    assertThat(DevEnv.parse(List.of(line))).containsExactly(Map.entry("A", value));
  }

  @Test
  void passesOverOtherLinesAndLetsTheLastOneCount() {
    List<String> lines = List.of("# A=1", "", "set -e", "2B=3", "export A", "A=first", "A=last");

    assertThat(DevEnv.parse(lines)).containsExactly(Map.entry("A", "last"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"A='secret", "A=\"secret", "A=\"secret\\\"", "A=x'y'z\"secret"})
  void refusesAnOpenQuoteWithoutRepeatingTheText(String line) {
    assertThatThrownBy(() -> DevEnv.parse(List.of("B=1", line)))
        .isInstanceOf(DevEnv.BadLine.class)
        .hasMessage("line 2 has a quote that is not closed");
  }
}
