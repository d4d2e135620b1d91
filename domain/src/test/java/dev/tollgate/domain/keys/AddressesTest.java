package dev.tollgate.domain.keys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "::",
        "::1",
        "fe80::1",
        "2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1",
        "2001:db8::",
        "1:2:3:4:5:6:7:8",
        "10.0.0.1"
      })
  void comesBackAsItIsWritten(String text) {
    assertThat(Addresses.format(Addresses.parse(text))).isEqualTo(text);
  }
}
