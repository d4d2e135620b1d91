package dev.tollgate.http.management;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.domain.tenancy.Page;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Pages of lists: `limit` and `cursor` in the query, `data`, `has_more` and `next_cursor` in the
/// answer. A cursor is opaque to callers.
final class Cursors {
  private static final int USUAL = 20;

  private Cursors() {}

  static int limit(Api.Call call) {
    String text = call.query("limit");
    if (text == null) {
      return USUAL;
    }
    try {
      int limit = Integer.parseInt(text);
      if (limit >= 1) {
        return Math.min(limit, Page.LARGEST);
      }
    } catch (NumberFormatException e) {
      // Said below, like a number that is too small.
    }
    throw Problem.invalid("limit", "limit must be an integer between 1 and " + Page.LARGEST + ".");
  }

  static @Nullable UUID cursor(Api.Call call) {
    String text = call.query("cursor");
    if (text == null) {
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
    throw Problem.invalid("cursor", "cursor is not one that a list returned.");
  }

  static <T> ObjectNode page(Page<T> page, Function<T, ObjectNode> item) {
    ObjectNode node = Json.object();
    ArrayNode data = node.putArray("data");
    page.items().forEach(each -> data.add(item.apply(each)));
    UUID next = page.next();
    node.put("has_more", next != null);
    node.put("next_cursor", next == null ? null : encode(next));
    return node;
  }

  /// A list that is short enough to be one page.
  static <T> ObjectNode whole(List<T> items, Function<T, ObjectNode> item) {
    return page(new Page<>(items, null), item);
  }

  private static String encode(UUID cursor) {
    byte[] bytes =
        ByteBuffer.allocate(16)
            .putLong(cursor.getMostSignificantBits())
            .putLong(cursor.getLeastSignificantBits())
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
