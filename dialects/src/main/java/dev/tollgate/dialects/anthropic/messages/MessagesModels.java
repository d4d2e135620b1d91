package dev.tollgate.dialects.anthropic.messages;

import static dev.tollgate.dialects.format.ErrorMembers.quote;

import dev.tollgate.dialects.format.ModelLists;
import dev.tollgate.dialects.request.BadRequest;
import dev.tollgate.domain.catalog.RouteTable.Route;
import dev.tollgate.domain.reasons.Reason;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Pages of models as Anthropic's SDKs understand them: `limit`, and `after_id` or `before_id`,
/// which are ids of models. Without a limit a page is as large as it may be: clients that look for
/// models do not turn pages.
final class MessagesModels implements ModelLists {
  private static final int MOST = 1_000;

  @Override
  public String model(Route route) {
    String name = quote(route.model().name());
    String created =
        DateTimeFormatter.ISO_INSTANT.format(
            route.model().createdAt().truncatedTo(ChronoUnit.SECONDS));
    return "{\"type\":\"model\",\"id\":"
        + name
        + ",\"display_name\":"
        + name
        + ",\"created_at\":\""
        + created
        + "\"}";
  }

  @Override
  public String list(List<Route> all, Query query) {
    int limit = limit(query.first("limit"));
    String after = query.first("after_id");
    String before = query.first("before_id");
    if (after != null && before != null) {
      throw bad("after_id", "Give after_id or before_id, not both.");
    }
    int start = after == null ? 0 : indexOf(all, "after_id", after) + 1;
    int end = before == null ? all.size() : indexOf(all, "before_id", before);
    int first = before == null ? start : Math.max(0, end - limit);
    int last = before == null ? Math.min(all.size(), start + limit) : end;
    List<Route> shown = all.subList(first, last);
    boolean more = before == null ? last < all.size() : first > 0;
    return shown.stream().map(this::model).collect(Collectors.joining(",", "{\"data\":[", "]"))
        + ",\"has_more\":"
        + more
        + ",\"first_id\":"
        + quote(shown.isEmpty() ? null : shown.getFirst().model().name())
        + ",\"last_id\":"
        + quote(shown.isEmpty() ? null : shown.getLast().model().name())
        + "}";
  }

  private static int limit(@Nullable String text) {
    if (text == null) {
      return MOST;
    }
    if (!text.matches("[0-9]{1,4}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > MOST) {
      throw bad("limit", "limit must be a whole number from 1 to " + MOST + ".");
    }
    return Integer.parseInt(text);
  }

  private static int indexOf(List<Route> all, String field, String name) {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).model().name().equals(name)) {
        return i;
      }
    }
    throw bad(field, field + " must be the id of a model in this list.");
  }

  private static BadRequest bad(String field, String message) {
    return new BadRequest(Reason.INVALID_VALUE, message, field);
  }
}
