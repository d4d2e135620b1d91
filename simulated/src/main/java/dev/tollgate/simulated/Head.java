package dev.tollgate.simulated;

import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Status and headers of an answer.
record Head(int status, List<HeaderField> headers) {
  Head {
    headers = List.copyOf(headers);
  }

  @Nullable String header(String name) {
    for (HeaderField header : headers) {
      if (header.name().equals(name)) {
        return header.value();
      }
    }
    return null;
  }
}
