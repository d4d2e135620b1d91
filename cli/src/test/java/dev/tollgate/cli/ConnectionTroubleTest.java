package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

class ConnectionTroubleTest {
  @Test
  void findsTheTlsErrorBehindWhatTheClientMakesOfIt() {
    IOException seen =
        new IOException("no bytes", new IOException("no bytes", new SSLException("plaintext?")));

    assertThat(
            ConnectionTrouble.explain(KnownGateway.Use.MANAGEMENT, "https://127.0.0.1:1", seen)
                .getMessage())
        .startsWith("No secure connection to https://127.0.0.1:1 (plaintext?). Check TOLLGATE_URL");
  }

  @Test
  void saysThatTheConnectionBrokeWhenThatIsAllThereIs() {
    assertThat(
            ConnectionTrouble.explain(
                    KnownGateway.Use.MANAGEMENT, "http://127.0.0.1:1", new IOException("x"))
                .getMessage())
        .startsWith("The connection to http://127.0.0.1:1 broke before an answer came.");
  }
}
