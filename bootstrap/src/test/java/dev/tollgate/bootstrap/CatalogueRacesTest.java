package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/// Changes of the catalogue that meet.
class CatalogueRacesTest {
  private static final int ROUNDS = Integer.getInteger("tollgate.rounds", 40);

  private final TestingGateway gateway = TestingGateway.shared();
  private final String model = TestingGateway.unique("raced");

  private static void both(Supplier<HttpResponse<String>> one, Supplier<HttpResponse<String>> two)
      throws Exception {
    assertThat(AtOnce.both(one, two))
        .allSatisfy(each -> assertThat(each.statusCode()).as(each.body()).isEqualTo(200));
  }

  private HttpResponse<String> setPrice(String output) {
    return gateway.tryManage(
        "PUT",
        "/prices",
        """
        {"provider":"openai","model":"%s","effective_from":"2099-01-01T00:00:00Z","input":"1",
         "output":"%s"}"""
            .formatted(model, output));
  }

  private JsonNode only(String path) {
    JsonNode all = gateway.manage("GET", path + "?model=" + model, "").path("data");
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  @Test
  void ofTwoPatchesOfAPriceBothStand() throws Exception {
    setPrice("1");
    String id = only("/prices").path("id").asText();
    for (int i = 1; i <= ROUNDS; i++) {
      String discount = "{\"discount_percent\":\"%d.%02d\"}".formatted(i / 100 % 100, i % 100);
      String later =
          "{\"effective_from\":\"2099-01-01T%02d:%02d:00Z\"}".formatted(i / 60 % 24, i % 60);
      both(
          () -> gateway.tryManage("PATCH", "/prices/" + id, discount),
          () -> gateway.tryManage("PATCH", "/prices/" + id, later));
      JsonNode price = only("/prices");
      assertThat(later).as("round %d", i).contains(price.path("effective_from").asText());
      assertThat(Double.parseDouble(price.path("discount_percent").asText()))
          .as("round %d", i)
          .isEqualTo(i % 10_000 / 100.0);
    }
  }

  private String made(String path, String body) {
    return gateway.manage("POST", path, body).path("id").asText();
  }

  private String madeProvider(String name) {
    return made("/providers", "{\"name\":\"%s\",\"kind\":\"simulated\"}".formatted(name));
  }

  /// Whatever comes first, the end is that it is gone.
  private void isDeleted(String path, String patch, int round) throws Exception {
    List<HttpResponse<String>> answers =
        AtOnce.both(
            () -> gateway.tryManage("PATCH", path, patch),
            () -> gateway.tryManage("DELETE", path, ""));
    assertThat(answers.get(0).statusCode()).as(answers.get(0).body()).isIn(200, 404);
    assertThat(answers.get(1).statusCode()).as(answers.get(1).body()).isEqualTo(204);
    String noun = path.substring(0, path.lastIndexOf('/'));
    HttpResponse<String> after =
        noun.equals("/prices")
            ? gateway.tryManage("DELETE", path, "")
            : gateway.tryManage("GET", path, "");
    assertThat(after.statusCode()).as("round %d: %s", round, after.body()).isEqualTo(404);
  }

  @Test
  void noPatchBringsBackWhatWasDeleted() throws Exception {
    String name = TestingGateway.unique("deleted");
    String provider = madeProvider(name);
    for (int i = 0; i < ROUNDS; i++) {
      String other = name + i;
      String deployment = "[{\"provider\":\"%s\",\"model\":\"m\"}]".formatted(name);
      String id =
          made("/models", "{\"name\":\"%s\",\"deployments\":%s}".formatted(other, deployment));
      isDeleted("/models/" + id, "{\"name\":\"" + other + "x\"}", i);
      setPrice("1");
      isDeleted(
          "/prices/" + only("/prices").path("id").asText(), "{\"discount_percent\":\"5\"}", i);
      isDeleted("/providers/" + madeProvider(other), "{\"name\":\"" + other + "y\"}", i);
    }
    assertThat(gateway.tryManage("DELETE", "/providers/" + provider, "").statusCode())
        .isEqualTo(204);
  }

  /// A model has its provider, or neither is there.
  @Test
  void noModelIsLeftWithoutItsProvider() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      String name = TestingGateway.unique("used");
      String id = madeProvider(name);
      List<HttpResponse<String>> answers =
          AtOnce.both(
              () ->
                  gateway.tryManage(
                      "POST",
                      "/models",
                      """
                      {"name":"%1$s","deployments":[{"provider":"%1$s","model":"m"}]}"""
                          .formatted(name)),
              () -> gateway.tryManage("DELETE", "/providers/" + id, ""));
      boolean made = answers.get(0).statusCode() == 201;
      assertThat(answers.get(1).statusCode())
          .as("round %d: %s", i, answers)
          .isEqualTo(made ? 409 : 204);
      if (made) {
        String modelId = TestingGateway.json(answers.get(0).body()).path("id").asText();
        assertThat(gateway.tryManage("DELETE", "/models/" + modelId, "").statusCode())
            .isEqualTo(204);
        assertThat(gateway.tryManage("DELETE", "/providers/" + id, "").statusCode()).isEqualTo(204);
      }
    }
  }

  @Test
  void ofTwoPricesOfOneDateOneStands() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      both(() -> setPrice("1"), () -> setPrice("2"));
      only("/prices");
    }
  }

  @Test
  void ofTwoFactsOfOneDateBothCount() throws Exception {
    for (int i = 1; i <= ROUNDS; i++) {
      int size = 1_000 * i;
      both(() -> setFacts("window", size), () -> setFacts("output_cap", size));
      JsonNode facts = only("/model-facts");
      assertThat(facts.path("window").asInt()).as("round %d", i).isEqualTo(size);
      assertThat(facts.path("output_cap").asInt()).as("round %d", i).isEqualTo(size);
    }
  }

  private HttpResponse<String> setFacts(String member, int size) {
    return gateway.tryManage(
        "PUT",
        "/model-facts",
        """
        {"model":"%s","effective_from":"2026-01-01T00:00:00Z","%s":%d}"""
            .formatted(model, member, size));
  }
}
