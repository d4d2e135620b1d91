package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.domain.secrets.TestingCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  @TempDir private Path folder = Path.of("");

  private Settings settings(String yaml, Map<String, String> environment) throws IOException {
    return Settings.read(Files.writeString(folder.resolve("tollgate.yaml"), yaml), environment);
  }

  @Test
  void readsTheFileAndLetsVariablesWin() throws IOException {
    Settings settings =
        settings(
            "http:\n  port: 8081\n  cors_origins: [a, b]\nledger: {line: PT3S}\nempty:\n",
            Map.of("TOLLGATE_HTTP_PORT", "8082", "TOLLGATE_URL", "x", "PATH", "y"));
    assertThat(settings.number("http.port", 1)).isEqualTo(8_082);
    assertThat(settings.number("http.ops_port", 9_464)).isEqualTo(9_464);
    assertThat(settings.list("http.cors_origins")).containsExactly("a", "b");
    assertThat(settings.duration("ledger.line", Duration.ZERO)).isEqualTo(Duration.ofSeconds(3));
    assertThat(settings.text("cluster.mode", "none")).isEqualTo("none");
    settings.done();
  }

  @Test
  void aCertificateOfGrpcIsThatOfItsKey() throws Exception {
    Path certificate = folder.resolve("tls.crt");
    Path key = folder.resolve("tls.key");
    String yaml = "grpc: {tls: {certificate: %s, key: %s}}".formatted(certificate, key);
    TestingCertificate.create(folder, "server", "EC").write(certificate, key);
    assertThat(ListenerSettings.grpc(settings(yaml, Map.of()))).isNotNull();
    TestingCertificate.create(folder, "another", "EC").write(certificate, folder.resolve("other"));
    assertThatThrownBy(() -> ListenerSettings.grpc(settings(yaml, Map.of())))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("is not that of the private key");
  }

  @Test
  void whatDoesNotExistIsAnErrorInTheFileAndAmongVariables() throws IOException {
    Settings settings = settings("htpp: {port: 1}\n", Map.of("TOLLGATE_PROT", "1"));
    assertThat(settings.number("http.port", 1)).isEqualTo(1);
    assertThatThrownBy(settings::done)
        .isInstanceOf(StartFailure.class)
        .hasMessage("There is no setting TOLLGATE_PROT, htpp.port.");
  }

  @Test
  void errorsNameTheSetting() throws IOException {
    Settings settings = settings("http: {port: eighty}\nledger: {line: 3s}\n", Map.of());
    assertThatThrownBy(() -> settings.number("http.port", 1)).hasMessageContaining("http.port");
    assertThatThrownBy(() -> settings.duration("ledger.line", Duration.ZERO))
        .hasMessageContaining("ledger.line");
    assertThatThrownBy(() -> settings.text("keys_file"))
        .hasMessageContaining("keys_file")
        .hasMessageContaining("TOLLGATE_KEYS_FILE");
    assertThatThrownBy(() -> settings("a: [\n", Map.of())).hasMessageContaining("not valid YAML");
    assertThatThrownBy(() -> Settings.read(folder.resolve("none"), Map.of()))
        .hasMessageContaining("There is no file");
  }

  @Test
  void aSecretMayBeInAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("secret"), "s3cret\n");
    Settings settings = settings("database: {app_password_file: " + file + "}\n", Map.of());
    assertThat(settings.secret("database.app_password")).isEqualTo("s3cret");
    assertThatThrownBy(() -> settings.secret("database.ledger_password"))
        .hasMessageContaining("database.ledger_password_file");
    settings.done();
  }

  @Test
  void aClusterIsNamedWhole() throws IOException {
    assertThat(GatewayOptions.read(settings("", Map.of())).cluster().isNone()).isTrue();
    Settings lonely = settings("cluster: {mode: tcp}\n", Map.of());
    assertThatThrownBy(() -> GatewayOptions.read(lonely)).hasMessageContaining("cluster.members");
    Settings odd = settings("cluster: {mode: gossip}\n", Map.of());
    assertThatThrownBy(() -> GatewayOptions.read(odd)).hasMessageContaining("cluster.mode");
    Settings nameless = settings("mail: {host: x}\n", Map.of());
    assertThatThrownBy(() -> GatewayOptions.read(nameless)).hasMessageContaining("mail.from");
    Settings high = settings("node: 40000\n", Map.of());
    assertThatThrownBy(() -> GatewayOptions.read(high)).hasMessageContaining("node");
  }
}
