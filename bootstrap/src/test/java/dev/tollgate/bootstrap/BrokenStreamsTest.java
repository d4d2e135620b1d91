package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.KeyId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// An export whose second page cannot be read: what was sent cannot be taken for all there is.
class BrokenStreamsTest {
  private static final TestingGateway GATEWAY = TestingGateway.shared();

  /// Of one page.
  private static final int FIRST = 500;

  private static final int MORE = 5;

  private static String key = "";
  private static String oldest = "";

  @BeforeAll
  static void furnish() throws Exception {
    JsonNode made = GATEWAY.newKey(GATEWAY.newProject(), "");
    key = made.path("id").asText();
    for (int i = 0; i < FIRST + MORE; i++) {
      HttpResponse<String> called =
          GATEWAY.call(
              "/v1/embeddings",
              made.path("key").asText(),
              "{\"model\":\"sim-embed\",\"input\":\"x\"}");
      assertThat(called.statusCode()).isEqualTo(200);
      if (i == 0) {
        oldest = called.headers().firstValue("x-request-id").orElseThrow();
      }
    }
    usage("array[null]::bigint[]");
  }

  /// Whole again, for tests that read all calls.
  @AfterAll
  static void restore() throws SQLException {
    usage(
        "(select usage from tollgate.call where key_id = '%s' order by id desc limit 1)"
            .formatted(KeyId.parse(key).value()));
  }

  private static void usage(String value) throws SQLException {
    GATEWAY.sql(
        "update tollgate.call set usage = %s where id = '%s'"
            .formatted(value, CallId.parse(oldest).value()));
  }

  @Test
  void aConnectionOfRestIsCut() {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(GATEWAY.url() + "/api/v1/calls:export?key=" + key))
            .header("authorization", "Bearer " + GATEWAY.adminToken())
            .build();
    assertThatThrownBy(
            () -> {
              try (Stream<String> lines =
                  HttpClient.newHttpClient()
                      .send(request, HttpResponse.BodyHandlers.ofLines())
                      .body()) {
                lines.forEach(line -> assertThat(line).contains(key));
              }
            })
        .rootCause()
        .isInstanceOf(IOException.class);
  }

  @Test
  void aStreamOfGrpcEndsWithItsStatus() {
    for (int port : new int[] {GATEWAY.dev().grpcPort(), GATEWAY.dev().helidonGrpcPort()}) {
      try (TestingGrpc grpc = new TestingGrpc(port, GATEWAY.adminToken())) {
        TestingGrpc.Answer answer = grpc.ask("ExportCalls", "{\"key\":\"" + key + "\"}");
        assertThat(answer.messages()).hasSize(FIRST);
        assertThat(answer.code()).isEqualTo("INTERNAL");
        assertThat(answer.reason()).isEqualTo("internal_error");
      }
    }
  }

  @Test
  void theCommandLineFails() throws Exception {
    TestingCommands.Ended ended = new TestingCommands(GATEWAY).run("calls", "export", "--key", key);
    assertThat(ended.status()).isNotZero();
    assertThat(ended.err()).isNotBlank();
  }
}
