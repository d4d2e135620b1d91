package dev.tollgate.persistence.ledger;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.List;

/// JSON of a few strings, without NUL, which PostgreSQL does not take.
final class JsonText {
  private JsonText() {}

  static String array(List<String> strings) {
    StringBuilder text = new StringBuilder("[");
    for (String each : strings) {
      text.append(text.length() > 1 ? "," : "").append('"');
      JsonStringEncoder.getInstance().quoteAsString(each.replace("\0", ""), text);
      text.append('"');
    }
    return text.append(']').toString();
  }
}
