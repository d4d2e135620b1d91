package dev.tollgate.dialects.openai;

import static dev.tollgate.dialects.format.ErrorMembers.quote;

import dev.tollgate.dialects.format.ModelLists;
import dev.tollgate.domain.catalog.RouteTable.Route;
import java.util.List;
import java.util.stream.Collectors;

/// Lists of models as OpenAI's SDKs understand them. They have no pages.
public final class OpenAiModels implements ModelLists {
  @Override
  public String model(Route route) {
    String owner =
        route.targets().isEmpty() ? "tollgate" : route.targets().getFirst().provider().name();
    return "{\"id\":"
        + quote(route.model().name())
        + ",\"object\":\"model\",\"created\":"
        + route.model().createdAt().getEpochSecond()
        + ",\"owned_by\":"
        + quote(owner)
        + "}";
  }

  @Override
  public String list(List<Route> routes, Query query) {
    return routes.stream()
        .map(this::model)
        .collect(Collectors.joining(",", "{\"object\":\"list\",\"data\":[", "]}"));
  }
}
