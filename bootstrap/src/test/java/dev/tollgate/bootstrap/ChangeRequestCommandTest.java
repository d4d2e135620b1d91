package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// A gateway that made a change request of what it was asked for.
class ChangeRequestCommandTest {
  @Test
  void theCommandSaysSoAndEndsWell() {
    String body =
        "{\"code\":\"change_requested\",\"change_request\":{\"id\":\"cr_1\",\"url\":\"https://tollgate/cr_1\"}}";
    try (ScriptedUpstream gateway = ScriptedUpstream.start((_, to) -> to.json(202, body))) {
      String url = gateway.baseUrl().replaceFirst("/v1$", "");
      var said =
          new TestingCommands(TestingGateway.at(url, "tga_x")).run("keys", "revoke", "key_1");
      assertThat(said.status()).as(said.err()).isZero();
      assertThat(said.err()).contains("cr_1", "https://tollgate/cr_1");
    }
  }
}
