package dev.tollgate.admin;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.domain.stores.IdempotencyRecords;
import dev.tollgate.proto.InvalidRequest;
import dev.tollgate.proto.JsonReader;
import dev.tollgate.proto.Operation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/// A request under an idempotency key, and the answer that is kept for it. The hash is over the
/// method and the message, so that REST and gRPC repeat each other.
///
/// @param hashes the newest form first
record Kept(String key, List<byte[]> hashes) {
  private static final int LONGEST_KEY = 255;

  /// No change is answered so when it is done.
  private static final int REQUESTED = 202;

  /// @throws InvalidRequest when the key is none
  static Kept of(Operation operation, String key, Message request, List<byte[]> older) {
    if (key.isBlank() || key.length() > LONGEST_KEY) {
      throw new InvalidRequest("Idempotency-Key", "Idempotency-Key has 1 to 255 characters.");
    }
    List<byte[]> hashes = new ArrayList<>(older.size() + 1);
    hashes.add(hash(operation, request));
    hashes.addAll(older);
    return new Kept(key, hashes);
  }

  byte[] hash() {
    return hashes.getFirst();
  }

  static IdempotencyRecords.Kept answer(Operation operation, Message message) {
    return new IdempotencyRecords.Kept(
        operation.status(), Secrets.replayed(message).toByteArray(), false);
  }

  /// The change request that a change became: its id and its URL, a line each.
  static IdempotencyRecords.Kept answer(Result.Requested<Message> requested) {
    String lines = requested.id() + "\n" + requested.url();
    return new IdempotencyRecords.Kept(REQUESTED, lines.getBytes(StandardCharsets.UTF_8), false);
  }

  static boolean isRequested(IdempotencyRecords.Kept kept) {
    return kept.status() == REQUESTED;
  }

  static Fault requested(IdempotencyRecords.Kept kept) {
    String[] lines = new String(kept.body(), StandardCharsets.UTF_8).split("\n", 2);
    return Fault.requested(lines[0], lines[1]);
  }

  /// The answer that was kept.
  static Message message(IdempotencyRecords.Kept kept, Message.Builder into) {
    try {
      if (!kept.json()) {
        return into.mergeFrom(kept.body()).build();
      }
      if (kept.body().length > 0) {
        JsonReader.answer(kept.body(), into);
      }
      return into.build();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a kept answer cannot be read", e);
    }
  }

  static Fault inProgress() {
    return Fault.of(
        Reason.IDEMPOTENCY_IN_PROGRESS, "A request with this Idempotency-Key is running.");
  }

  static Fault otherRequest() {
    return Fault.of(
        Reason.IDEMPOTENCY_KEY_REUSED, "This Idempotency-Key was used for another request.");
  }

  private static byte[] hash(Operation operation, Message request) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(operation.fullName().getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      return digest.digest(deterministic(request));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is not available", e);
    }
  }

  /// Maps have no order; this gives them one.
  private static byte[] deterministic(Message request) {
    byte[] bytes = new byte[request.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      request.writeTo(out);
    } catch (IOException e) {
      throw new IllegalStateException("a message could not be written", e);
    }
    return bytes;
  }
}
