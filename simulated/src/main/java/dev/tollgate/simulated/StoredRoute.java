package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.simulated.StoredAnswers.Stored;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// What may be asked of answers that were stored: `GET` and `DELETE` of a response or a chat
/// completion, and a response's `cancel` and `input_items`.
final class StoredRoute {
  private final StoredAnswers stored;

  StoredRoute(StoredAnswers stored) {
    this.stored = stored;
  }

  /// @param path below the base URL
  /// @return null when that is no such question
  @Nullable ObjectNode answer(String method, String path) {
    String[] parts = path.split("/", -1);
    boolean response = parts.length > 2 && parts[1].equals("responses");
    if (response && parts.length == 3) {
      return one(method, "response", parts[2]);
    }
    if (response && parts.length == 4) {
      return part(method, parts[2], parts[3]);
    }
    boolean completion = parts.length == 4 && path.startsWith("/chat/completions/");
    return completion ? one(method, "chat.completion", parts[3]) : null;
  }

  private @Nullable ObjectNode one(String method, String object, String id) {
    return switch (method) {
      // A response in the background is done by the time that it is read.
      case "GET" -> find(object, id, Stored::done).answer();
      case "DELETE" -> {
        find(object, id, UnaryOperator.identity());
        stored.remove(id);
        yield Json.object().put("id", id).put("object", object + ".deleted").put("deleted", true);
      }
      default -> null;
    };
  }

  private @Nullable ObjectNode part(String method, String id, String part) {
    if (method.equals("POST") && part.equals("cancel")) {
      return find("response", id, StoredRoute::cancelled).answer();
    }
    return method.equals("GET") && part.equals("input_items")
        ? items(find("response", id, UnaryOperator.identity()))
        : null;
  }

  private static Stored cancelled(Stored found) {
    if (!found.answer().path("background").asBoolean()) {
      throw new Rejected(new Rejection.Refused(400, null, "Cannot cancel a synchronous response."));
    }
    if (!found.background()) {
      return found;
    }
    ObjectNode answer = found.answer().deepCopy();
    answer.put("status", "cancelled").putArray("output");
    answer.set("usage", NullNode.instance);
    return found.with(answer);
  }

  private static ObjectNode items(Stored found) {
    ObjectNode list = Json.object().put("object", "list");
    list.set("data", found.input());
    return list.put("has_more", false)
        .put("first_id", found.input().path(0).path("id").asText())
        .put("last_id", found.input().path(found.input().size() - 1).path("id").asText());
  }

  private Stored find(String object, String id, UnaryOperator<Stored> change) {
    Stored found = stored.change(id, each -> isA(object, each) ? change.apply(each) : each);
    if (found == null || !isA(object, found)) {
      String noun = object.equals("response") ? "Response" : "Chat completion";
      throw new Rejected(
          new Rejection.Refused(404, null, noun + " with id '" + id + "' not found."));
    }
    return found;
  }

  private static boolean isA(String object, Stored stored) {
    return stored.answer().path("object").asText().equals(object);
  }
}
