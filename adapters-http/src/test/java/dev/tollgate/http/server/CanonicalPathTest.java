package dev.tollgate.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalPathTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/v1/models",
        "/v1/models/",
        "/v1/models/org%2Fname",
        "/v1/models/org%2fname",
        "/v1/models/gpt-5.4",
        "/v1/models/.hidden",
        "/v1/models/a..b",
        "/v1/models/claude-*~x",
        "/v1/models/%C5%BC",
        "/v1/models/a%20b",
        "/api/v1/prices:restate"
      })
  void readsAlikeEverywhere(String path) {
    assertThat(CanonicalPath.fault(path)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "v1/models",
        "http://a/v1/models",
        "//v1/models",
        "/v1//models",
        "/v1/models//",
        "/v1/./models",
        "/v1/../api/v1/keys",
        "/v1/models/..",
        "/v1/models/.",
        "/v1/models/%2e%2e/keys",
        "/v1/models;x",
        "/v1\\models",
        "/v1/%6bey",
        "/v1/%4Dodels",
        "/v1/%7Euser",
        "/v1/%5cmodels",
        "/v1/%0d%0a",
        "/v1/%00",
        "/v1/%7f",
        "/api%2fv1/keys",
        "/api/v1%2Fkeys",
        "/v1%2fchat%2fcompletions",
        "/v1/models%2forg",
        "/health%2Fready",
        "/v1/%",
        "/v1/%2",
        "/v1/%zz",
        "/v1/%-1"
      })
  void mayBeReadDifferently(String path) {
    assertThat(CanonicalPath.fault(path)).isNotEmpty();
  }
}
