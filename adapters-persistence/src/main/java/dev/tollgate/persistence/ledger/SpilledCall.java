package dev.tollgate.persistence.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.CallRecord.Oddity;
import dev.tollgate.domain.inference.ClientInfo;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Uncertainty;
import dev.tollgate.domain.keys.KeyPolicy;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.Usage;
import dev.tollgate.domain.tenancy.Retention;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The record of a call as one line of JSON. Of its key only what the books need is kept.
final class SpilledCall {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SpilledCall() {}

  static String write(CallRecord call) {
    ObjectNode node = JSON.createObjectNode();
    node.put("id", call.id().toString());
    if (call.attemptOf() != null) {
      node.put("attempt_of", call.attemptOf().toString());
    }
    node.put("tenant", call.tenant().toString());
    course(node, call.course());
    posting(node, call.posting());
    VirtualKey key = call.key();
    if (key != null) {
      ObjectNode kept = node.putObject("key");
      kept.put("id", key.id().toString());
      kept.put("project", key.project().toString());
      kept.put("business_unit", key.businessUnit().toString());
      kept.put("owner", key.owner() == null ? null : key.owner().toString());
      kept.put("name", key.name());
      key.tags().forEach(kept.putArray("tags")::add);
    }
    CallRecord.Served served = call.served();
    if (served != null) {
      node.putObject("served")
          .put("provider", served.provider())
          .put("model", served.upstreamModel())
          .put("tier", served.serviceTier())
          .put("region", served.region());
    }
    bill(node.putObject("bill"), call.bill());
    client(node.putObject("client"), call.who().client());
    return node.toString();
  }

  private static void course(ObjectNode node, CallRecord.Course course) {
    node.put("endpoint", course.asked().endpoint().wire());
    node.put("model", course.asked().model());
    node.put("stream", course.asked().stream());
    node.put("attempts", course.outcome().attempts());
    node.put("status", course.outcome().status());
    node.put("error_code", course.outcome().errorCode());
    node.put("started_at", course.timing().startedAt().toString());
    node.put("latency", course.timing().latencyMicros());
    course.timing().firstTokenMicros().ifPresent(micros -> node.put("first_token", micros));
    node.put("overhead", course.timing().overheadMicros());
  }

  private static void posting(ObjectNode node, CallRecord.Posting posting) {
    node.put("accounted_at", posting.accountedAt().toString());
    node.put("retention", posting.retention().days());
    node.put("times", posting.times());
    if (!posting.rare().isEmpty()) {
      node.set("rare", CallDetails.node(posting.rare()));
    }
    Hold hold = posting.hold();
    if (hold != null) {
      node.putObject("hold")
          .put("id", hold.id().toString())
          .put("amount", hold.amount().nanos())
          .put("reserved_at", hold.reservedAt().toString());
    }
  }

  private static void bill(ObjectNode node, CallRecord.Bill bill) {
    ArrayNode usage = node.putArray("usage");
    for (long count : bill.usage().counts()) {
      usage.add(count);
    }
    if (bill.cost() != null) {
      node.put("cost", bill.cost().nanos());
    }
    node.put("price", bill.price() == null ? null : bill.price().toString());
    node.put("uncertainty", bill.uncertainty() == null ? null : bill.uncertainty().name());
    bill.oddities().forEach(oddity -> node.withArray("oddities").add(oddity.name()));
  }

  private static void client(ObjectNode node, ClientInfo client) {
    node.put("address", client.address());
    node.put("user_agent", client.userAgent());
    node.put("sdk", client.sdk());
    node.put("session", client.session());
    node.put("user", client.user());
    node.put("metadata", client.metadata());
  }

  static CallRecord read(JsonNode node) {
    TenantId tenant = TenantId.parse(node.path("tenant").asText());
    String attemptOf = text(node, "attempt_of");
    return new CallRecord(
        CallId.parse(node.path("id").asText()),
        attemptOf == null ? null : CallId.parse(attemptOf),
        new CallRecord.Who(tenant, key(node.path("key"), tenant), client(node.path("client"))),
        course(node),
        bill(node.path("bill")),
        new CallRecord.Posting(
            hold(node.path("hold")),
            Instant.parse(node.path("accounted_at").asText()),
            Retention.ofDays(node.path("retention").asInt()),
            node.path("times").asInt(1),
            CallDetails.read(node.path("rare"))));
  }

  private static CallRecord.Course course(JsonNode node) {
    JsonNode served = node.path("served");
    // An older version wrote -1 for none.
    long firstToken = node.path("first_token").asLong(-1);
    return new CallRecord.Course(
        new CallRecord.Asked(
            Endpoint.parse(node.path("endpoint").asText()),
            text(node, "model"),
            node.path("stream").asBoolean()),
        served.isObject()
            ? new CallRecord.Served(
                served.path("provider").asText(),
                served.path("model").asText(),
                text(served, "tier"),
                text(served, "region"))
            : null,
        new CallRecord.Outcome(
            node.path("attempts").asInt(), node.path("status").asInt(), text(node, "error_code")),
        new CallRecord.Timing(
            Instant.parse(node.path("started_at").asText()),
            node.path("latency").asLong(),
            firstToken < 0 ? OptionalLong.empty() : OptionalLong.of(firstToken),
            node.path("overhead").asLong()));
  }

  private static @Nullable VirtualKey key(JsonNode node, TenantId tenant) {
    if (!node.isObject()) {
      return null;
    }
    List<String> tags = new ArrayList<>();
    node.path("tags").forEach(tag -> tags.add(tag.asText()));
    String owner = text(node, "owner");
    return new VirtualKey(
        KeyId.parse(node.path("id").asText()),
        tenant,
        ProjectId.parse(node.path("project").asText()),
        BusinessUnitId.parse(node.path("business_unit").asText()),
        owner == null ? null : MemberId.parse(owner),
        node.path("name").asText(),
        VirtualKey.State.ACTIVE,
        null,
        KeyPolicy.OPEN,
        Map.of(),
        tags,
        "",
        Instant.EPOCH,
        null);
  }

  private static CallRecord.Bill bill(JsonNode node) {
    Usage.Builder usage = Usage.builder();
    for (Component component : Component.values()) {
      usage.set(component, node.path("usage").path(component.ordinal()).asLong());
    }
    String price = text(node, "price");
    String uncertainty = text(node, "uncertainty");
    Set<Oddity> oddities = EnumSet.noneOf(Oddity.class);
    node.path("oddities").forEach(each -> oddities.add(Oddity.valueOf(each.asText())));
    return new CallRecord.Bill(
        usage.build(),
        node.hasNonNull("cost") ? new Money(node.get("cost").asLong()) : null,
        price == null ? null : PriceId.parse(price),
        uncertainty == null ? null : Uncertainty.valueOf(uncertainty),
        oddities);
  }

  private static @Nullable Hold hold(JsonNode node) {
    return node.isObject()
        ? new Hold(
            HoldId.parse(node.path("id").asText()),
            new Money(node.path("amount").asLong()),
            Instant.parse(node.path("reserved_at").asText()))
        : null;
  }

  private static ClientInfo client(JsonNode node) {
    return new ClientInfo(
        text(node, "address"),
        text(node, "user_agent"),
        text(node, "sdk"),
        text(node, "session"),
        text(node, "user"),
        text(node, "metadata"));
  }

  private static @Nullable String text(JsonNode node, String name) {
    JsonNode value = node.get(name);
    return value == null || value.isNull() ? null : value.asText();
  }
}
