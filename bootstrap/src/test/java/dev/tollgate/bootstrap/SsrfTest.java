package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A provider decides neither where the gateway connects to nor where a credential goes.
class SsrfTest {
  private static final String SECRET = "sk-upstream-secret-0123456789";
  private static final String ANSWER =
      "{\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}";

  private final TestingGateway gateway = TestingGateway.shared();
  private ScriptedUpstream canary;
  private ScriptedUpstream provider;
  private String key;

  @BeforeEach
  void setUp() {
    canary = ScriptedUpstream.start((_, to) -> to.json(200, ANSWER));
    provider = ScriptedUpstream.start((_, to) -> to.json(200, ANSWER));
    key = gateway.newKey(gateway.newProject(), "").path("key").asText();
  }

  @AfterEach
  void tearDown() {
    canary.close();
    provider.close();
  }

  @Test
  void followsNoRedirect() {
    String model = gateway.newModel("openai", provider.baseUrl());
    for (int status : List.of(300, 301, 302, 303, 305, 307, 308)) {
      provider.script(
          (_, to) ->
              to.json(
                  status,
                  "{}",
                  "location: " + canary.baseUrl() + "/chat/completions",
                  "refresh: 0; url=" + canary.baseUrl(),
                  "alt-svc: h2=\"" + canary.baseUrl() + "\"",
                  "content-location: " + canary.baseUrl()));

      HttpResponse<String> response = call(model);

      assertThat(response.statusCode()).as("%d", status).isBetween(400, 599);
      assertThat(response.headers().firstValue("location")).isEmpty();
    }
    assertThat(canary.received()).isEmpty();
  }

  @Test
  void probesFollowNoRedirectEither() {
    provider.script((_, to) -> to.json(302, "{}", "location: " + canary.baseUrl() + "/models"));
    String id = added(provider.baseUrl());

    assertThat(gateway.manage("POST", "/providers/" + id + "/test", "").path("ok").asBoolean())
        .isFalse();
    assertThat(canary.received()).isEmpty();
  }

  @Test
  void connectsToNoPrivateAddressUnlessAllowed() {
    int port = URI.create(canary.baseUrl()).getPort();
    for (String host :
        List.of(
            "127.0.0.1",
            "localhost",
            "localhost.",
            "127.1",
            "2130706433",
            "0",
            "0.0.0.0",
            "127.255.255.254",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::127.0.0.1]",
            "[0:0:0:0:0:0:0:1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]")) {
      HttpResponse<String> added = add("http://" + host + ":" + port + "/v1", false);
      if (added.statusCode() == 201) {
        JsonNode tried =
            gateway.manage(
                "POST",
                "/providers/" + TestingGateway.json(added.body()).path("id").asText() + "/test",
                "");
        assertThat(tried.path("ok").asBoolean()).as(host).isFalse();
      }
    }
    assertThat(canary.received()).isEmpty();
  }

  @Test
  void refusesBaseUrlsThatParsersReadDifferently() {
    String target = canary.baseUrl();
    String host = target.substring("http://".length(), target.length() - "/v1".length());
    for (String url :
        List.of(
            "http://api.openai.com@" + host,
            "http://api.openai.com:80@" + host,
            "http://" + host + "#@api.openai.com",
            "http://" + host + "?@api.openai.com",
            "http://" + host + "\\\\@api.openai.com",
            "http:\\\\\\\\" + host,
            "http:" + host,
            "http:///" + host,
            "//" + host,
            "file:///etc/passwd",
            "jar:http://" + host + "!/",
            "ftp://" + host,
            "gopher://" + host,
            "unix:/run/docker.sock",
            "http://",
            "http://" + host + "\\r\\nX: y",
            "http://" + host + " /v1",
            "http://%6cocalhost",
            "http://①②⑦.⓪.⓪.①",
            "http://127。0。0。1",
            "http://[::1%25lo]:0",
            "http://a:0",
            "http://a:65536",
            "http://a:-1",
            "http://a:99999999999",
            "http://[127.0.0.1]")) {
      assertThat(add(url, true).statusCode()).as(url).isEqualTo(400);
    }
    assertThat(canary.received()).isEmpty();
  }

  @Test
  void callersHeadersDoNotMoveTheCall() {
    String model = gateway.newModel("openai", provider.baseUrl());
    String target = canary.baseUrl();
    String body = body(model);
    RawSocket.exchange(
        gateway.dev().port(),
        "POST /v1/chat/completions HTTP/1.1\r\nHost: "
            + target.substring("http://".length(), target.length() - "/v1".length())
            + "\r\nX-Forwarded-Host: "
            + target
            + "\r\nx-portkey-custom-host: "
            + target
            + "\r\nx-base-url: "
            + target
            + "\r\nOpenAI-Base: "
            + target
            + "\r\nConnection: close\r\nAuthorization: Bearer "
            + key
            + "\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body);

    assertThat(canary.received()).isEmpty();
    assertThat(provider.received()).hasSize(1);
  }

  @Test
  void aCredentialIsSeenByItsOwnHostAlone() {
    String own = gateway.newModel("openai", provider.baseUrl());
    String other = TestingGateway.unique("keyless");
    gateway.manage(
        "POST",
        "/providers",
        """
        {"name":"%s","kind":"openai","base_url":"%s","allow_private_network":true}"""
            .formatted(other, canary.baseUrl()));
    gateway.manage(
        "POST",
        "/models",
        """
        {"name":"%s","deployments":[{"provider":"%s","model":"m"}]}"""
            .formatted(other, other));

    for (int i = 0; i < 5; i++) {
      assertThat(call(own).statusCode()).isEqualTo(200);
      assertThat(call(other).statusCode()).isEqualTo(200);
    }

    assertThat(provider.received())
        .hasSize(5)
        .allMatch(each -> each.header("authorization").equals("Bearer " + SECRET))
        .noneMatch(each -> each.head().contains(key));
    assertThat(canary.received())
        .hasSize(5)
        .noneMatch(each -> each.head().contains(SECRET) || each.head().contains(key));
  }

  private HttpResponse<String> call(String model) {
    return gateway.call("/v1/chat/completions", key, body(model));
  }

  private static String body(String model) {
    return "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
  }

  private String added(String baseUrl) {
    HttpResponse<String> added = add(baseUrl, true);
    assertThat(added.statusCode()).isEqualTo(201);
    return TestingGateway.json(added.body()).path("id").asText();
  }

  private HttpResponse<String> add(String baseUrl, boolean allowPrivate) {
    return gateway.tryManage(
        "POST",
        "/providers",
        """
        {"name":"%s","kind":"openai","base_url":"%s","credential":"%s",
         "allow_private_network":%s,"options":{"timeouts":{"connect":"PT1S"}}}"""
            .formatted(TestingGateway.unique("ssrf"), baseUrl, SECRET, allowPrivate));
  }
}
