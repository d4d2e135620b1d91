package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.bootstrap.RawSocket.Heard;
import dev.tollgate.domain.testing.Eventually;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// However a request is dressed up, a protected route asks for the right credential.
class CredentialVariantsTest {
  private static final List<String> PROTECTED_PATHS =
      List.of(
          "/v1/models",
          "//v1/models",
          "/v1//models",
          "/v1/models/",
          "/v1/./models",
          "/v1/../v1/models",
          "/x/../v1/models",
          "/../v1/models",
          "/v1/models;x",
          "/v1;x=y/models",
          "/v1/models;jsessionid=1",
          "/%76%31/models",
          "/v1/%6dodels",
          "/v1%2fmodels",
          "/v1/%2e%2e/v1/models",
          "/v1/%2e/models",
          "/v1/..%2fapi/v1/keys",
          "/v1/..;/api/v1/keys",
          "/V1/models",
          "/v1/MODELS",
          "/v1/models?key=%s",
          "/v1/models?api_key=%s",
          "/v1/models?authorization=Bearer%%20%s",
          "/v1/models#x",
          "/v1/models%%00",
          "/v1/key",
          "/api/v1/keys",
          "//api/v1/keys",
          "/api//v1/keys",
          "/api/v1/../v1/keys",
          "/v1/../api/v1/keys",
          "/api/v1/keys;x",
          "/api;x/v1/keys",
          "/%61pi/v1/keys",
          "/api/v1/%6beys",
          "/API/v1/keys",
          "/api/v1/keys/",
          "/api/v1/keys%%2f",
          "/api/v1/projects",
          "/api/v1/providers",
          "/api/v1/models",
          "/api/v1/prices",
          "/api/v1/calls",
          "/api/v1/calls:export",
          "/api/v1/usage",
          "http://127.0.0.1/v1/models",
          "http://localhost/api/v1/keys",
          "http://admin@localhost/api/v1/keys");

  private final TestingGateway gateway = TestingGateway.shared();
  private String project;
  private String key;
  private String other;

  @BeforeEach
  void setUp() {
    project = gateway.newProject();
    key = secret(gateway.newKey(project, ""));
    other = secret(gateway.newKey(project, ""));
  }

  @Test
  void answersNoPathWithoutACredential() {
    Map<String, Integer> served = new TreeMap<>();
    for (String form : PROTECTED_PATHS) {
      String path = form.contains("%s") || form.contains("%%") ? form.formatted(key) : form;
      for (String method : List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")) {
        int status = status(method, path, List.of());
        if (status / 100 == 2 || status >= 500) {
          served.put(method + " " + path, status);
        }
      }
    }
    assertThat(served).isEmpty();
  }

  @Test
  void answersNoPathToTheOtherKindOfCredential() {
    Map<String, Integer> served = new TreeMap<>();
    for (String form : PROTECTED_PATHS) {
      String path = form.contains("%s") || form.contains("%%") ? form.formatted("x") : form;
      boolean management = path.toLowerCase(Locale.ROOT).contains("keys");
      management |= path.contains("/api");
      String wrong = management ? key : gateway.adminToken();
      int status = status("GET", path, List.of("Authorization: Bearer " + wrong));
      if (status / 100 == 2 || status >= 500) {
        served.put(path, status);
      }
    }
    assertThat(served).isEmpty();
  }

  @Test
  void acceptsNoFormOfAWrongCredential() {
    Map<String, Integer> served = new TreeMap<>();
    for (String header : wrongHeaders()) {
      int status = status("GET", "/v1/models", List.of(header));
      if (status < 400 || status >= 500) {
        served.put(header, status);
      }
    }
    assertThat(served).isEmpty();
  }

  @Test
  void acceptsTheRightCredentialInEveryDocumentedForm() {
    for (String header :
        List.of(
            "Authorization: Bearer " + key,
            "authorization: bearer " + key,
            "AUTHORIZATION: BEARER   " + key + "  ",
            "x-api-key: " + key,
            "api-key: " + key,
            "x-tollgate-key: " + key)) {
      assertThat(status("GET", "/v1/models", List.of(header))).as(header).isEqualTo(200);
    }
  }

  @Test
  void refusesTwoDifferentKeysAndAcceptsOneTwice() {
    String bearer = "Authorization: Bearer ";
    for (List<String> two :
        List.of(
            List.of(bearer + key, bearer + other),
            List.of(bearer + key, "x-api-key: " + other),
            List.of("x-api-key: " + key, "api-key: " + other),
            List.of("x-tollgate-key: " + key, bearer + other),
            List.of("x-api-key: " + key, "x-api-key: " + other),
            List.of(bearer + key, "x-api-key: " + key, "api-key: " + other))) {
      assertThat(status("GET", "/v1/models", two)).as(two.toString()).isEqualTo(400);
      assertThat(post(two)).as(two.toString()).isEqualTo(400);
    }
    for (List<String> twice :
        List.of(
            List.of(bearer + key, bearer + key),
            List.of(bearer + key, "x-api-key: " + key),
            List.of(bearer + key, "x-tollgate-key: " + key, "api-key: " + key, "x-api-key: " + key),
            List.of(bearer + "sk-of-someone-else", "x-tollgate-key: " + key))) {
      assertThat(status("GET", "/v1/models", twice)).as(twice.toString()).isEqualTo(200);
      assertThat(post(twice)).as(twice.toString()).isEqualTo(200);
    }
  }

  @Test
  void managementTakesOnlyTheAdminTokenAsABearer() {
    String admin = gateway.adminToken();
    for (List<String> wrong :
        List.of(
            List.of("x-api-key: " + admin),
            List.of("Authorization: " + admin),
            List.of("Authorization: Basic " + admin),
            List.of("Authorization: Bearer " + admin + "x"),
            List.of("Authorization: Bearer " + admin.substring(1)),
            List.of("Authorization: Bearer " + key),
            List.of("Authorization: Bearer " + key, "Authorization: Bearer " + admin),
            List.of(
                "Authorization: Bearer " + admin,
                "X-Tollgate-Tenant: ten_00000000000000000000000000"))) {
      int status = status("GET", "/api/v1/keys", wrong);
      assertThat(status).as(wrong.toString()).isBetween(400, 499);
    }
    assertThat(status("GET", "/api/v1/keys", List.of("Authorization: Bearer " + admin)))
        .isEqualTo(200);
  }

  @Test
  void refusesKeysThatWereRevokedDisabledOrHaveExpired() {
    JsonNode revoked = gateway.newKey(project, "");
    JsonNode disabled = gateway.newKey(project, "");
    JsonNode expiring =
        gateway.newKey(project, "\"expires_at\":\"" + Instant.now().plusSeconds(2) + "\"");
    for (JsonNode each : List.of(revoked, disabled, expiring)) {
      assertThat(status("GET", "/v1/models", bearer(each))).isEqualTo(200);
    }

    gateway.manage("POST", "/keys/" + revoked.path("id").asText() + "/revoke", "");
    gateway.manage("POST", "/keys/" + disabled.path("id").asText() + "/disable", "");
    for (JsonNode each : List.of(revoked, disabled, expiring)) {
      Eventually.answer(
          "the key is refused",
          () -> status("GET", "/v1/models", bearer(each)),
          status -> status == 401);
      assertThat(post(bearer(each))).isEqualTo(401);
      assertThat(status("GET", "/v1/key", bearer(each))).isEqualTo(401);
    }
  }

  @Test
  void believesNoHeaderAboutTheCallersAddress() {
    JsonNode elsewhere =
        gateway.newKey(project, "\"ip_allow\":[\"10.1.2.0/24\",\"2001:db8::/32\"]");
    for (String claim :
        List.of(
            "X-Forwarded-For: 10.1.2.3",
            "X-Forwarded-For: 10.1.2.3, 127.0.0.1",
            "Forwarded: for=10.1.2.3",
            "Forwarded: for=\"[2001:db8::1]\"",
            "X-Real-IP: 10.1.2.3",
            "True-Client-IP: 10.1.2.3",
            "CF-Connecting-IP: 10.1.2.3",
            "X-Client-IP: 10.1.2.3",
            "X-Cluster-Client-IP: 10.1.2.3",
            "Client-IP: 10.1.2.3",
            "Via: 10.1.2.3",
            "A: b")) {
      List<String> headers = new ArrayList<>(bearer(elsewhere));
      headers.add(claim);
      assertThat(status("GET", "/v1/models", headers)).as(claim).isEqualTo(403);
      assertThat(post(headers)).as(claim).isEqualTo(403);
    }
    JsonNode here = gateway.newKey(project, "\"ip_allow\":[\"127.0.0.0/8\",\"::1/128\"]");
    List<String> headers = new ArrayList<>(bearer(here));
    headers.add("X-Forwarded-For: 10.1.2.3");
    assertThat(status("GET", "/v1/models", headers)).isEqualTo(200);
  }

  @Test
  void believesNoHostHeader() {
    for (String host :
        List.of(
            "localhost",
            "127.0.0.1",
            "api.openai.com",
            "evil.example",
            "a@b",
            "[::1]",
            "localhost:1",
            "a/../api/v1",
            "x/v1/models?")) {
      String request =
          "GET /api/v1/keys HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      assertThat(RawSocket.exchange(gateway.dev().port(), request).status())
          .as(host)
          .isBetween(400, 499);
    }
  }

  private List<String> wrongHeaders() {
    String truncated = key.substring(0, key.length() - 1);
    char last = key.charAt(key.length() - 1);
    List<String> headers = new ArrayList<>();
    for (String value :
        List.of(
            "",
            "Bearer",
            "Bearer ",
            "Bearer  ",
            "bearer null",
            "Bearer undefined",
            "Basic Og==",
            "Bearer " + truncated,
            "Bearer " + key + "x",
            "Bearer " + key + " x",
            "Bearer x " + key,
            "Bearer " + truncated + (last == 'a' ? 'b' : 'a'),
            "Bearer " + key.toUpperCase(Locale.ROOT),
            "Bearer " + key.replace("tgk_", "TGK_"),
            "Bearer " + key.replaceFirst("_", "-"),
            "Bearer " + key.substring(0, 20) + " " + key.substring(20),
            "Bearer " + key + "," + key,
            "Bearer " + key + ", " + other,
            "Basic " + key,
            "Bearer tgk_",
            "Bearer tgk_00000000_",
            "Bearer " + key.substring(0, 13) + other.substring(13),
            "Bearer " + other.substring(0, 13) + key.substring(13),
            "Bearer tgk_' OR 1=1 --",
            "Bearer tgk_%00",
            "Bearer ${jndi:ldap://127.0.0.1/a}",
            "Bearer \"" + key + "\"",
            "Bearer <" + key + ">",
            "Bearer " + "a".repeat(8_000))) {
      headers.add("Authorization: " + value);
      headers.add("x-api-key: " + value);
    }
    headers.addAll(
        List.of(
            "Cookie: key=" + key,
            "Proxy-Authorization: Bearer " + key,
            "X-Auth: " + key,
            "Authorization2: Bearer " + key,
            "X-Original-Authorization: Bearer " + key,
            "X-Forwarded-Authorization: Bearer " + key,
            "X-Forwarded-User: admin",
            "X-Remote-User: admin",
            "X-HELIDON-CN: admin",
            "Referer: /v1/models",
            "X-Original-URL: /",
            "X-Rewrite-URL: /",
            "X-HTTP-Method-Override: GET",
            "Host: localhost",
            "Upgrade: websocket"));
    return headers;
  }

  private int post(List<String> headers) {
    String body = "{\"model\":\"sim-small\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    return send("POST", "/v1/chat/completions", headers, body).status();
  }

  private int status(String method, String path, List<String> headers) {
    return send(method, path, headers, "").status();
  }

  private Heard send(String method, String path, List<String> headers, String body) {
    StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    if (headers.stream().noneMatch(each -> each.startsWith("Host:"))) {
      request.append("Host: tollgate\r\n");
    }
    request.append("Connection: close\r\nContent-Length: ").append(body.length()).append("\r\n");
    headers.forEach(each -> request.append(each).append("\r\n"));
    return RawSocket.exchange(gateway.dev().port(), request.append("\r\n").append(body).toString());
  }

  private static List<String> bearer(JsonNode created) {
    return List.of("Authorization: Bearer " + secret(created));
  }

  private static String secret(JsonNode created) {
    return created.path("key").asText();
  }
}
