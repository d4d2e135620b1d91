package dev.tollgate.http.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.tollgate.admin.Fault;
import dev.tollgate.domain.reasons.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/// What is answered to a change that needs a second person.
final class ChangeRequests {
  private static final JsonFactory FACTORY = new JsonFactory();

  private ChangeRequests() {}

  static byte[] body(Fault.ChangeRequest change) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("code", Reason.CHANGE_REQUESTED.wire());
      json.writeObjectFieldStart("change_request");
      json.writeStringField("id", change.id());
      json.writeStringField("url", change.url());
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
