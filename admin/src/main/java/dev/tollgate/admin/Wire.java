package dev.tollgate.admin;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.proto.InvalidRequest;
import dev.tollgate.proto.v1.FreeJson;
import dev.tollgate.proto.v1.StringList;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Values of the domain as values of the contract, and back. Errors name the field.
public final class Wire {
  private static final int USUAL = 20;

  private Wire() {}

  /// Reads text by a function that throws [IllegalArgumentException] with a reason.
  ///
  /// @throws InvalidRequest with that reason
  public static <T> T parsed(String field, String text, Function<String, T> parse) {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      String reason = String.valueOf(e.getMessage());
      String detail = reason.startsWith(field) ? reason : field + " " + reason;
      throw new InvalidRequest(field, detail.endsWith(".") ? detail : detail + ".");
    }
  }

  public static <T> @Nullable T parsedOrNull(
      boolean set, String field, String text, Function<String, T> parse) {
    return set ? parsed(field, text, parse) : null;
  }

  /// The id of what a request is about. A text that is no such id names nothing that exists.
  public static <T> Result<T> id(String text, Function<String, T> parse, String noun) {
    try {
      return Result.done(parse.apply(text));
    } catch (IllegalArgumentException e) {
      return new Result.Missing<>(noun);
    }
  }

  public static <T> List<T> list(String field, List<String> list, Function<String, T> parse) {
    List<T> parsed = new ArrayList<>(list.size());
    for (String each : list) {
      parsed.add(parsed(field + "[" + parsed.size() + "]", each, parse));
    }
    return parsed;
  }

  /// An amount that is not negative.
  public static Money money(String field, String text) {
    Money amount = parsed(field, text, Money::parseUsd);
    if (amount.nanos() < 0) {
      throw new InvalidRequest(field, field + " must not be negative.");
    }
    return amount;
  }

  /// A time as fine as it can be kept, in microseconds.
  public static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).truncatedTo(ChronoUnit.MICROS);
  }

  public static @Nullable Instant instantOrNull(boolean set, Timestamp time) {
    return set ? instant(time) : null;
  }

  public static Timestamp time(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }

  public static Duration duration(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  public static com.google.protobuf.Duration duration(Duration duration) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  public static StringList strings(Collection<String> values) {
    return StringList.newBuilder().addAllValues(values).build();
  }

  public static FreeJson json(String text) {
    return FreeJson.newBuilder().setText(text).build();
  }

  /// Sets what may be null.
  public static <T> void set(@Nullable T value, Consumer<T> setter) {
    if (value != null) {
      setter.accept(value);
    }
  }

  /// The page that is asked for.
  ///
  /// @param cursor as a list returned it, or empty for the first page
  public static Page.Ask page(boolean hasLimit, int limit, String cursor) {
    return new Page.Ask(cursor(cursor), hasLimit ? limit : USUAL);
  }

  private static @Nullable UUID cursor(String text) {
    if (text.isEmpty()) {
      return null;
    }
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
      if (bytes.remaining() == 16) {
        return new UUID(bytes.getLong(), bytes.getLong());
      }
    } catch (IllegalArgumentException e) {
      // Said below, like a cursor of another length.
    }
    throw new InvalidRequest("cursor", "cursor is not one that a list returned.");
  }

  /// A cursor is opaque to callers.
  public static String cursor(UUID next) {
    byte[] bytes =
        ByteBuffer.allocate(16)
            .putLong(next.getMostSignificantBits())
            .putLong(next.getLeastSignificantBits())
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /// The fields that two messages have in common, by name.
  public static <B extends Message.Builder> B shared(Message from, B into) {
    from.getAllFields()
        .forEach(
            (field, value) -> {
              FieldDescriptor same = into.getDescriptorForType().findFieldByName(field.getName());
              if (same != null) {
                into.setField(same, value);
              }
            });
    return into;
  }
}
