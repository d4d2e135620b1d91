package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.domain.testing.Eventually;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Secrets that another gateway has given out open the door here, too.
class ImportedKeysTest {
  private static final String CALL =
      "{\"model\":\"sim-small\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";

  private final TestingGateway gateway = TestingGateway.shared();

  private static String digest(String secret) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
  }

  private JsonNode bring(String secret, String more) throws Exception {
    return TestingGateway.json(tryBring(secret, more).body());
  }

  private HttpResponse<String> tryBring(String secret, String more) throws Exception {
    return gateway.tryManage(
        "POST",
        "/keys:import",
        "{\"name\":\"brought\",\"project\":\"%s\",\"secret_sha256\":\"%s\"%s}"
            .formatted(gateway.newProject(), digest(secret), more));
  }

  private int call(String secret) {
    return gateway.call("/v1/chat/completions", secret, CALL).statusCode();
  }

  private void awaitStatus(String secret, int status) {
    Eventually.answer("the key answers " + status, () -> call(secret), last -> last == status);
  }

  @Test
  void itsHolderGoesOnAndTheRotatedOneToo() throws Exception {
    String secret = "sk-other-" + System.nanoTime();
    assertThat(call(secret)).isEqualTo(401);
    JsonNode key = bring(secret, "");
    assertThat(key.path("hint").asText()).isEmpty();
    assertThat(key.has("key")).isFalse();
    awaitStatus(secret, 200);
    assertThat(gateway.get("/v1/key", secret).body()).contains("brought");

    String id = key.path("id").asText();
    JsonNode rotated = gateway.manage("POST", "/keys/" + id + "/rotate", "{\"overlap\":\"PT1H\"}");
    String own = rotated.path("key").asText();
    assertThat(own).startsWith("tgk_");
    assertThat(call(own)).isEqualTo(200);
    assertThat(call(secret)).as("within the overlap").isEqualTo(200);

    gateway.manage("POST", "/keys/" + id + "/rotate", "{}");
    awaitStatus(secret, 401);
    gateway.manage("POST", "/keys/" + id + "/revoke", "{}");
    awaitStatus(own, 401);
  }

  @Test
  void itsRulesHold() throws Exception {
    String secret = "sk-limited-" + System.nanoTime();
    bring(secret, ",\"models\":[\"other-*\"],\"tags\":[\"a\"]");
    awaitStatus(secret, 403);
  }

  /// Claude Desktop sends a bearer of its own beside the key.
  @ParameterizedTest
  @CsvSource({"x-api-key, authorization", "authorization, x-api-key", "api-key, x-api-key"})
  void itIsFoundBesideAForeignCredential(String header, String other) throws Exception {
    String secret = "sk-beside-" + System.nanoTime();
    bring(secret, "");
    awaitStatus(secret, 200);
    assertThat(callWith(header, secret, other, "foreign")).isEqualTo(200);
  }

  /// With a secret of Tollgate's in the request nothing else is looked up, be it right or wrong.
  @Test
  void besideASecretOfTollgatesItIsNotLookedAt() throws Exception {
    String secret = "sk-behind-" + System.nanoTime();
    bring(secret, "");
    awaitStatus(secret, 200);
    String own = gateway.newKey(gateway.newProject(), "").path("key").asText();
    assertThat(callWith("x-api-key", secret, "authorization", own)).isEqualTo(200);
    String wrong = own.substring(0, own.length() - 1) + (own.endsWith("A") ? "B" : "A");
    assertThat(callWith("x-api-key", secret, "authorization", wrong)).isEqualTo(401);
    assertThat(callWith("authorization", secret, "x-api-key", "tgk_mistyped")).isEqualTo(401);
  }

  private int callWith(String header, String secret, String other, String value) throws Exception {
    return gateway
        .send(
            HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/chat/completions"))
                .header(header, header.equals("authorization") ? "Bearer " + secret : secret)
                .header(other, other.equals("authorization") ? "Bearer " + value : value)
                .POST(HttpRequest.BodyPublishers.ofString(CALL))
                .build())
        .statusCode();
  }

  @Test
  void theSameSecretIsTakenOnce() throws Exception {
    String secret = "sk-twice-" + System.nanoTime();
    bring(secret, "");
    HttpResponse<String> again = tryBring(secret, "");
    assertThat(again.statusCode()).isEqualTo(409);
    assertThat(again.body()).contains("secret_taken");
  }

  @ParameterizedTest
  @CsvSource({"xyz, 64 characters", "zz, 64 characters"})
  void whatIsNoDigestIsRefused(String digest, String told) {
    HttpResponse<String> answer =
        gateway.tryManage(
            "POST",
            "/keys:import",
            "{\"name\":\"x\",\"project\":\"%s\",\"secret_sha256\":\"%s\"}"
                .formatted(gateway.newProject(), digest));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("secret_sha256").contains(told);
  }

  @Test
  void aDigestThatIsNoHexIsRefused() {
    HttpResponse<String> answer =
        gateway.tryManage(
            "POST",
            "/keys:import",
            "{\"name\":\"x\",\"project\":\"%s\",\"secret_sha256\":\"%s\"}"
                .formatted(gateway.newProject(), "g".repeat(64)));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("hexadecimal");
  }

  /// The digest is in no table: short secrets can be guessed from it.
  @Test
  void theDigestIsNotKept(@TempDir Path folder) throws Exception {
    String secret = "sk-dumped";
    TestingGateway own = TestingGateway.start(folder);
    try {
      String project = own.newProject();
      own.manage(
          "POST",
          "/keys:import",
          "{\"name\":\"x\",\"project\":\"%s\",\"secret_sha256\":\"%s\"}"
              .formatted(project, digest(secret)));
      own.sql(
          "do $$ declare found bigint; begin select count(*) into found from tollgate.key_secret"
              + " where encode(hmac, 'hex') = '"
              + digest(secret)
              + "'; if found > 0 then raise 'the digest is kept'; end if; end $$",
          "do $$ declare found bigint; begin select count(*) into found from tollgate.audit_event e"
              + " where e::text like '%"
              + digest(secret)
              + "%'; if found > 0 then raise 'the digest is in the audit log'; end if; end $$");
    } finally {
      own.close();
    }
  }
}
