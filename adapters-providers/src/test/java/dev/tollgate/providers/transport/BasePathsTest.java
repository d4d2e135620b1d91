package dev.tollgate.providers.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BasePathsTest {
  @ParameterizedTest
  @CsvSource({
    "https://a, /v1, /v1",
    "https://a/, /v1, /v1",
    "https://a/v1, /v1, /v1",
    "https://a/v1/, /v1, /v1",
    "https://a/openai, /openai, /openai/v1",
    "https://a/x/v1, /x/v1, /x/v1"
  })
  void aBareHostMeansTheUsualPlace(URI url, String orVersion, String withVersion) {
    assertThat(BasePaths.orVersion(url)).isEqualTo(orVersion);
    assertThat(BasePaths.withVersion(url)).isEqualTo(withVersion);
  }
}
