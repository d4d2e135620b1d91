package dev.tollgate.http.edge;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.domain.catalog.RouteTable.Route;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.reasons.Reason;
import io.helidon.webserver.http.ServerRequest;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Pages of models in Anthropic's form: `limit`, and `after_id` or `before_id`, which are ids of
/// models. Without a limit a page is as large as it may be: clients that look for models do not
/// turn pages.
final class ModelPages {
  private static final int MOST = 1_000;

  private ModelPages() {}

  /// What was asked for is no page.
  static final class BadPage extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    BadPage(String field, String message) {
      super(message, null, false, false);
      this.refusal = Refusal.of(Reason.INVALID_VALUE, message, field);
    }

    Refusal refusal() {
      return refusal;
    }
  }

  static ObjectNode page(
      ServerRequest request, List<Route> all, Function<Route, ObjectNode> shape) {
    int limit = limit(query(request, "limit"));
    String after = query(request, "after_id");
    String before = query(request, "before_id");
    if (after != null && before != null) {
      throw new BadPage("after_id", "Give after_id or before_id, not both.");
    }
    int start = after == null ? 0 : indexOf(all, "after_id", after) + 1;
    int end = before == null ? all.size() : indexOf(all, "before_id", before);
    int first = before == null ? start : Math.max(0, end - limit);
    int last = before == null ? Math.min(all.size(), start + limit) : end;
    List<Route> shown = all.subList(first, last);
    ObjectNode page = JsonNodeFactory.instance.objectNode();
    ArrayNode data = page.putArray("data");
    shown.forEach(each -> data.add(shape.apply(each)));
    page.put("has_more", before == null ? last < all.size() : first > 0);
    page.put("first_id", shown.isEmpty() ? null : shown.getFirst().model().name());
    page.put("last_id", shown.isEmpty() ? null : shown.getLast().model().name());
    return page;
  }

  private static int limit(@Nullable String text) {
    if (text == null) {
      return MOST;
    }
    if (!text.matches("[0-9]{1,4}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > MOST) {
      throw new BadPage("limit", "limit must be a whole number from 1 to " + MOST + ".");
    }
    return Integer.parseInt(text);
  }

  private static int indexOf(List<Route> all, String field, String name) {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).model().name().equals(name)) {
        return i;
      }
    }
    throw new BadPage(field, field + " must be the id of a model in this list.");
  }

  private static @Nullable String query(ServerRequest request, String name) {
    return request.query().first(name).orElse(null);
  }
}
