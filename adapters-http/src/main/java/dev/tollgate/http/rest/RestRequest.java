package dev.tollgate.http.rest;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.tollgate.admin.Operations.Bound;
import dev.tollgate.proto.InvalidRequest;
import dev.tollgate.proto.JsonReader;
import dev.tollgate.proto.Operation;
import io.helidon.webserver.http.ServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A request as it came over HTTP.
record RestRequest(Bound bound, ServerRequest request, byte[] body) {
  /// Parameters of every change and of every job, beside what the message holds.
  private static final Set<String> BESIDE = Set.of("dry_run", "wait");

  /// The request as a message.
  ///
  /// @param values segments of the path that stand for fields, in order, as they came
  /// @throws InvalidRequest when it breaks a rule of the contract
  Message message(List<String> values) {
    Operation operation = bound.operation();
    Message.Builder builder = bound.newRequest();
    if (operation.hasBody()) {
      JsonReader.body(body, builder, operation.pathFields());
    } else if (body.length > 0) {
      throw new InvalidRequest(null, "This takes no body.");
    }
    for (int i = 0; i < values.size(); i++) {
      JsonReader.text(decoded(values.get(i)), builder, operation.pathFields().get(i));
    }
    for (String name : request.query().names()) {
      if (operation.isRead() || !BESIDE.contains(name)) {
        parameter(operation, name, builder);
      }
    }
    return builder.build();
  }

  private void parameter(Operation operation, String name, Message.Builder builder) {
    if (operation.hasBody()) {
      throw new InvalidRequest(
          name, "There is no parameter '" + name + "'. Members stand in the body.");
    }
    FieldDescriptor field = JsonReader.parameter(operation, name);
    for (String value : field.isRepeated() ? values(name) : List.of(only(name))) {
      JsonReader.text(value, builder, field);
    }
  }

  @Nullable String query(String name) {
    return request.query().contains(name) ? only(name) : null;
  }

  private String only(String name) {
    List<String> given = values(name);
    if (given.size() > 1) {
      throw new InvalidRequest(name, name + " stands twice.");
    }
    return given.getFirst();
  }

  /// One that stands without a value has an empty one.
  private List<String> values(String name) {
    List<String> given = request.query().all(name);
    // What cannot be decoded has become the character for that, which somebody may also mean.
    boolean replaced = given.toString().contains("\uFFFD");
    if (replaced && !request.query().rawValue().toUpperCase(Locale.ROOT).contains("%EF%BF%BD")) {
      throw new InvalidRequest(name, name + " is not valid UTF-8.");
    }
    return given.isEmpty() ? List.of("") : given;
  }

  /// The hash under which a node of the version before kept the same request.
  byte[] olderHash() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      String path = request.path().absolute().path();
      digest.update(path.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      return digest.digest(body);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is not available", e);
    }
  }

  private static String decoded(String segment) {
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return segment;
    }
  }
}
