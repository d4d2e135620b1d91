package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.grpc.GrpcStatuses;
import dev.tollgate.http.errors.Statuses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// docs/errors.md says what the catalogue and its translations say.
class ErrorsPageTest {
  private static final String HEAD = "|---|---|---|---|\n";
  private static final String END = "<!-- end -->";

  @Test
  void theTableIsThatOfTheCatalogue() throws IOException {
    Path page = Path.of("..").resolve("docs/errors.md");
    String text = Files.readString(page);
    int from = text.indexOf(HEAD) + HEAD.length();
    String made = text.substring(0, from) + table() + text.substring(text.indexOf(END));
    if (Boolean.getBoolean("tollgate.write")) {
      Files.writeString(page, made);
    }
    assertThat(Files.readString(page)).isEqualTo(made);
    assertThat(Reason.values()).hasSizeGreaterThan(50);
  }

  private static String table() {
    StringBuilder rows = new StringBuilder();
    for (Reason reason : Reason.values()) {
      rows.append(
          "| `%s` | %d | %s | %s |\n"
              .formatted(
                  reason.wire(), Statuses.of(reason), GrpcStatuses.of(reason), reason.meaning()));
    }
    return rows.toString();
  }
}
