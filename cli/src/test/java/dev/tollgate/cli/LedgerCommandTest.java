package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LedgerCommandTest {
  private static final LedgerCommand.WholeBooks NO_ARCHIVE =
      (_, _, _) -> {
        throw new AssertionError("no archive was named");
      };

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private String operation = "";

  private int run(int status, String answer) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/api/v1/ledger/verify",
        exchange -> {
          boolean known =
              "Bearer tga_x".equals(exchange.getRequestHeaders().getFirst("Authorization"));
          byte[] body = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(known ? status : 401, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.createContext(
        "/api/v1/operations/op_1",
        exchange -> {
          byte[] body = operation.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      Map<String, String> environment =
          Map.of(
              "TOLLGATE_URL",
              "http://127.0.0.1:" + server.getAddress().getPort(),
              "TOLLGATE_ADMIN_TOKEN",
              "tga_x");
      return TollgateCommand.create(
              new LedgerCommand(
                  NO_ARCHIVE, environment, new PrintStream(out), new PrintStream(err)))
          .execute("ledger", "verify");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void saysThatTheBooksAreInOrder() throws IOException {
    assertThat(
            run(
                200,
                """
                {"ok":true,"accounts":3,"entries":9,"open_holds":1,"violations":[]}"""))
        .isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("ok: 3 accounts, 9 entries, 1 open holds, 0 violations\n");
  }

  /// Books that take longer than the gateway waits.
  @Test
  void followsWhatGoesOn() throws IOException {
    operation =
        """
        {"id":"op_1","state":"done","result":
         {"ok":true,"accounts":3,"entries":9,"open_holds":1,"violations":[]}}""";
    assertThat(run(202, "{\"operation\":{\"id\":\"op_1\",\"state\":\"running\"}}")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("ok: 3 accounts, 9 entries, 1 open holds, 0 violations\n");
  }

  @Test
  void saysWhyWhatWentOnFailed() throws IOException {
    operation =
        """
        {"id":"op_1","state":"failed","error":{"code":"x","detail":"The database is away."}}""";
    assertThat(run(202, "{\"operation\":{\"id\":\"op_1\",\"state\":\"running\"}}")).isOne();
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("The database is away.");
  }

  @Test
  void namesWhatIsWrongAndFails() throws IOException {
    assertThat(
            run(
                200,
                """
                {"ok":false,"accounts":3,"entries":9,"open_holds":0,"violations":[
                 {"check":"account_held","subject":"bud_1","detail":"is 1.00, should be 0.00"}]}"""))
        .isEqualTo(1);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("account_held bud_1 is 1.00, should be 0.00")
        .contains("NOT IN ORDER: 3 accounts");
  }

  @Test
  void anErrorIsPassedOnWithoutTheToken() throws IOException {
    assertThat(run(503, "{\"detail\":\"The database does not answer. tga_x\"}")).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("The database does not answer. [key]")
        .doesNotContain("tga_x");
  }
}
