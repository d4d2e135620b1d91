package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A credential that a provider refuses is told of, and can be changed while calls go on.
class CredentialChangeTest {
  private static final String FIRST = "sk-upstream-secret-0123456789";
  private static final String NEXT = "sk-next-secret-9876543210";
  private static final String ANSWER =
      """
      {"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[],\
      "usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""";

  private final TestingGateway gateway = TestingGateway.shared();
  private volatile String accepted = FIRST;
  private ScriptedUpstream upstream;
  private String model;
  private String provider;
  private String key;

  @BeforeEach
  void setUp() {
    upstream = ScriptedUpstream.start(this::answer);
    model = gateway.newModel("openai", upstream.baseUrl());
    provider = gateway.provider(gateway.providerOf(model)).path("id").asText();
    key = gateway.newKey(gateway.newProject(), "").path("key").asText();
  }

  @AfterEach
  void tearDown() {
    upstream.close();
  }

  private void answer(ScriptedUpstream.Received request, ScriptedUpstream.Answer to)
      throws Exception {
    if (!request.header("authorization").equals("Bearer " + accepted)) {
      to.json(401, "{\"error\":{\"message\":\"no\",\"code\":\"invalid_api_key\"}}");
    } else if (request.head().startsWith("GET ")) {
      to.json(200, "{\"data\":[{\"id\":\"m\"}]}");
    } else {
      to.json(200, ANSWER);
    }
  }

  @Test
  void aRefusedCredentialIsShownUntilItIsChanged() {
    assertThat(state()).isEqualTo("ok");
    accepted = NEXT;
    assertThat(call().statusCode()).isEqualTo(502);
    assertThat(state()).isEqualTo("credential_refused");

    HttpResponse<String> changed = change(NEXT);

    assertThat(changed.statusCode()).isEqualTo(200);
    assertThat(changed.body()).doesNotContain(NEXT);
    assertThat(state()).isEqualTo("ok");
    assertThat(call().statusCode()).isEqualTo(200);
    assertThat(state()).isEqualTo("ok");
  }

  @Test
  void oneThatIsRefusedDoesNotTakeThePlaceOfTheOldOne() {
    HttpResponse<String> refused = change("sk-wrong-0000000000000000");

    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body()).contains("credential_refused").doesNotContain("sk-wrong");
    assertThat(call().statusCode()).isEqualTo(200);
  }

  @Test
  void aBadRequestMayMeanTheCredential() {
    upstream.script(
        (request, to) -> {
          if (request.header("authorization").equals("Bearer " + FIRST)) {
            answer(request, to);
          } else {
            to.json(400, "{\"error\":{\"message\":\"API key not valid\"}}");
          }
        });

    assertThat(change(NEXT).statusCode()).isEqualTo(422);
    assertThat(call().statusCode()).isEqualTo(200);
  }

  @Test
  void oneThatCannotBeTriedDoesNotEither() {
    upstream.close();

    HttpResponse<String> refused = change(NEXT);

    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body()).contains("provider_unreachable");
  }

  @Test
  void openCallsEndOnTheOldOne() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch changed = new CountDownLatch(1);
    upstream.script(
        (request, to) -> {
          if (request.head().startsWith("POST ")
              && request.header("authorization").equals("Bearer " + FIRST)) {
            begun.countDown();
            changed.await(10, TimeUnit.SECONDS);
            to.json(200, ANSWER);
          } else {
            answer(request, to);
          }
        });
    CompletableFuture<Integer> open = CompletableFuture.supplyAsync(() -> call().statusCode());
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
    accepted = NEXT;

    assertThat(change(NEXT).statusCode()).isEqualTo(200);
    assertThat(call().statusCode()).isEqualTo(200);
    changed.countDown();

    assertThat(open.get(10, TimeUnit.SECONDS)).isEqualTo(200);
  }

  /// A check that took long says nothing of what others did meanwhile.
  @Test
  void aSlowCheckDoesNotUndoWhatOthersDidMeanwhile() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    upstream.script(
        (request, to) -> {
          if (request.header("authorization").equals("Bearer sk-slow-0000000000000000")) {
            asked.countDown();
            goOn.await(10, TimeUnit.SECONDS);
            to.json(200, "{\"data\":[{\"id\":\"m\"}]}");
          } else {
            answer(request, to);
          }
        });
    CompletableFuture<HttpResponse<String>> slow =
        CompletableFuture.supplyAsync(() -> change("sk-slow-0000000000000000"));
    assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
    accepted = NEXT;
    assertThat(change(NEXT).statusCode()).isEqualTo(200);
    goOn.countDown();

    HttpResponse<String> late = slow.get(10, TimeUnit.SECONDS);
    assertThat(late.statusCode()).isEqualTo(409);
    assertThat(late.body()).contains("changed_meanwhile");
    assertThat(call().statusCode()).isEqualTo(200);
  }

  @Test
  void whatIsNoChangeIsRefused() {
    assertThat(gateway.tryManage("PATCH", "/providers/" + provider, "{}").statusCode())
        .isEqualTo(200);
    assertThat(change("").statusCode()).isEqualTo(400);
    assertThat(
            gateway
                .tryManage(
                    "PATCH", "/providers/" + provider, "{\"credential\":\"x\",\"nmae\":\"y\"}")
                .body())
        .contains("nmae");
    assertThat(
            gateway
                .tryManage(
                    "PATCH",
                    "/providers/prv_01980000000070008000000000000001",
                    "{\"credential\":\"x\"}")
                .statusCode())
        .isEqualTo(404);
  }

  private HttpResponse<String> change(String credential) {
    return gateway.tryManage(
        "PATCH", "/providers/" + provider, "{\"credential\":\"" + credential + "\"}");
  }

  private String state() {
    return gateway.provider(gateway.providerOf(model)).path("state").path("status").asText();
  }

  private HttpResponse<String> call() {
    return gateway.call(
        "/v1/chat/completions",
        key,
        "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
  }
}
