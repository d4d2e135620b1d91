package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KnownGatewayTest {
  private static final Map<String, String> NOTHING = Map.of();

  @TempDir Path data;

  @Test
  void prefersTheEnvironment() throws IOException {
    write("export OPENAI_BASE_URL='http://file:1/v1'", "export OPENAI_API_KEY='tgk_file'");

    Gateway found =
        KnownGateway.find(
            Map.of("OPENAI_BASE_URL", "http://environment:2/v1", "OPENAI_API_KEY", "tgk_env"),
            data);

    assertThat(request(found).uri()).hasToString("http://environment:2/v1/chat/completions");
    assertThat(authorization(found)).isEqualTo("Bearer tgk_env");
  }

  @Test
  void takesTheFileAsAWholeWhenTheEnvironmentIsIncomplete() throws IOException {
    write("export OPENAI_BASE_URL='http://file:1/v1'", "export OPENAI_API_KEY='tgk_file'");

    Gateway found =
        KnownGateway.find(Map.of("OPENAI_API_KEY", "tgk_env", "OPENAI_BASE_URL", " "), data);

    assertThat(found.address()).isEqualTo("http://file:1");
    assertThat(authorization(found)).isEqualTo("Bearer tgk_file");
  }

  @Test
  void saysWhatToDoWithoutSettings() {
    assertThatThrownBy(() -> KnownGateway.find(NOTHING, data.resolve("missing")))
        .isInstanceOf(CommandFailure.class)
        .hasMessage(
            "No gateway is known. Start one with './tollgate dev'"
                + " or set OPENAI_BASE_URL and OPENAI_API_KEY.");
  }

  @Test
  void saysThatAKeyIsMissingForAUrl() {
    assertThatThrownBy(
            () ->
                KnownGateway.find(
                    Map.of("OPENAI_BASE_URL", "http://env:1/v1"), data.resolve("missing")))
        .isInstanceOfSatisfying(
            CommandFailure.class,
            e -> assertThat(e.exitCode()).isEqualTo(CommandFailure.SIGN_IN_NEEDED))
        .hasMessage("OPENAI_BASE_URL is set and OPENAI_API_KEY is not.");
  }

  @Test
  void knowsNoGatewayWhenTheFileHasNoKey() throws IOException {
    write("export OPENAI_BASE_URL='http://file:1/v1'");

    assertThatThrownBy(() -> KnownGateway.find(NOTHING, data))
        .hasMessageStartingWith("No gateway is known.");
  }

  @Test
  void namesADamagedFileButNotItsText() throws IOException {
    write("# written by dev", "export OPENAI_API_KEY='tgk_secret");

    assertThatThrownBy(() -> KnownGateway.find(NOTHING, data))
        .isInstanceOf(CommandFailure.class)
        .hasMessage(
            data.resolve("dev.env") + " is damaged: line 2 has a quote that is not closed.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:8080/v1",
        "ftp://localhost/v1",
        "http:///v1",
        "http://me:hunter2@localhost/v1",
        "http://localhost/v1?key=hunter2",
        "http://local host/v1"
      })
  void refusesWhatIsNoAddressWithoutRepeatingIt(String url) {
    assertThatThrownBy(
            () ->
                KnownGateway.find(
                    Map.of("OPENAI_BASE_URL", url, "OPENAI_API_KEY", "tgk_env"), data))
        .hasMessage("OPENAI_BASE_URL is not an address of the form http://localhost:8080/v1.");
  }

  @Test
  void toleratesASlashAtTheEnd() {
    Gateway gateway = Gateway.of("http://localhost:8080/v1/", "tgk_a");

    assertThat(request(gateway).uri()).hasToString("http://localhost:8080/v1/chat/completions");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost/v1",
        "http://127.0.0.9/v1",
        "http://[::1]:8/v1",
        "http://0.0.0.0"
      })
  void recognisesThisComputer(String url) {
    assertThat(Gateway.of(url, "tgk_a").isLocal()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://localhost.example/v1", "http://192.0.2.7/v1", "http://[2001:db8::1]"})
  void recognisesOtherComputers(String url) {
    assertThat(Gateway.of(url, "tgk_a").isLocal()).isFalse();
  }

  @Test
  void showsNoKey() {
    assertThat(Gateway.of("http://localhost:8080/v1", "tgk_a"))
        .hasToString("Gateway[http://localhost:8080]");
  }

  private void write(String... lines) throws IOException {
    Files.writeString(data.resolve("dev.env"), String.join("\n", lines) + "\n");
  }

  private static String authorization(Gateway gateway) {
    return request(gateway).headers().firstValue("Authorization").orElseThrow();
  }

  private static HttpRequest request(Gateway gateway) {
    return gateway.request("/chat/completions").POST(BodyPublishers.noBody()).build();
  }
}
