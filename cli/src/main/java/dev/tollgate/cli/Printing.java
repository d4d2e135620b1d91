package dev.tollgate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.proto.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Prints answers: what was asked for to stdout, everything else to stderr.
record Printing(PrintStream out, PrintStream err) {
  static Printing standard() {
    return new Printing(
        new PrintStream(System.out, true, StandardCharsets.UTF_8),
        new PrintStream(System.err, true, StandardCharsets.UTF_8));
  }

  /// @param operation whose answer is shown as a table, or null when it is not known
  Management.Answers answers(@Nullable Operation operation, boolean json) {
    return new Management.Answers() {
      @Override
      public void whole(int status, String body) {
        JsonNode answer = Management.parsed(body);
        if (Management.isPending(status)) {
          tell(answer);
        }
        if (status == Management.NO_CONTENT) {
          err.println("Done.");
        } else if (json || operation == null || !answer.isObject()) {
          out.println(body);
        } else {
          Table.print(operation, answer, out);
        }
      }

      @Override
      public void lines(InputStream in) throws IOException {
        in.transferTo(out);
        out.flush();
      }
    };
  }

  private void tell(JsonNode answer) {
    if (answer.hasNonNull("change_request")) {
      JsonNode change = answer.path("change_request");
      err.println(
          Messages.oneLine(
              "A second person decides it: the change request "
                  + change.path("id").asText()
                  + ", "
                  + change.path("url").asText()));
    } else {
      String id = answer.path("operation").path("id").asText();
      err.println(
          Messages.oneLine("It goes on; ask for it by 'tollgate operations get " + id + "'."));
    }
  }
}
