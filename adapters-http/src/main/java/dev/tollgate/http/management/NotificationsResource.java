package dev.tollgate.http.management;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.application.notifications.AddWebhook;
import dev.tollgate.domain.ids.WebhookId;
import dev.tollgate.domain.notifications.Notification;
import dev.tollgate.domain.notifications.Outbox;
import dev.tollgate.domain.notifications.Webhooks;
import dev.tollgate.domain.notifications.Webhooks.Webhook;
import dev.tollgate.http.management.Api.Answer;
import dev.tollgate.http.management.Api.Call;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;

/// `/api/v1/notifications`: what was sent to whom, and the webhooks that are told.
public final class NotificationsResource implements HttpService {
  private final Api api;
  private final Outbox outbox;
  private final Webhooks webhooks;
  private final AddWebhook addWebhook;

  public NotificationsResource(Api api, Outbox outbox, Webhooks webhooks, AddWebhook addWebhook) {
    this.api = api;
    this.outbox = outbox;
    this.webhooks = webhooks;
    this.addWebhook = addWebhook;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/", api.handler(this::list))
        .get("/webhooks", api.handler(this::hooks))
        .post("/webhooks", api.handler(this::create))
        .delete("/webhooks/{id}", api.handler(this::remove))
        .post("/webhooks/{id}/test", api.handler(this::test));
  }

  private Answer list(Call call) {
    return Answer.ok(
        Cursors.page(
            outbox.list(call.tenant(), Cursors.cursor(call), Cursors.limit(call)),
            NotificationsResource::json));
  }

  private Answer hooks(Call call) {
    return Answer.ok(Cursors.whole(webhooks.all(call.tenant()), NotificationsResource::json));
  }

  private Answer create(Call call) {
    Fields fields = call.fields();
    var url = fields.urlOrNull("url");
    boolean allowPrivate = fields.flag("allow_private_network", false);
    fields.done();
    if (url == null) {
      throw Problem.invalid("url", "url is required.");
    }
    AddWebhook.Added added = addWebhook.add(call.tenant(), url, allowPrivate);
    ObjectNode node = json(added.webhook());
    node.put("secret", added.secret().reveal());
    return Answer.withSecret(201, node, "secret");
  }

  private Answer remove(Call call) {
    if (!webhooks.remove(call.tenant(), id(call))) {
      throw Problem.notFound("webhook");
    }
    return new Answer(204, null, null);
  }

  private Answer test(Call call) {
    call.fields().done();
    Webhook webhook =
        webhooks.find(call.tenant(), id(call)).orElseThrow(() -> Problem.notFound("webhook"));
    String error = addWebhook.test(webhook);
    ObjectNode node = Json.object();
    node.put("ok", error == null);
    node.put("error", error);
    return Answer.ok(node);
  }

  private static WebhookId id(Call call) {
    return call.id(WebhookId::parse, "webhook");
  }

  private static ObjectNode json(Webhook webhook) {
    ObjectNode node = Json.object();
    node.put("id", webhook.id().toString());
    node.put("url", webhook.url().toString());
    node.put("allow_private_network", webhook.allowPrivateNetwork());
    node.put("created_at", webhook.createdAt().toString());
    return node;
  }

  private static ObjectNode json(Notification notification) {
    ObjectNode node = Json.object();
    node.put("id", notification.id().toString());
    node.put("type", notification.type());
    node.put("channel", notification.channel().wire());
    node.put("receiver", notification.receiver());
    node.put("subject", notification.subject());
    node.put("text", notification.text());
    node.put("status", notification.status().wire());
    node.put("attempts", notification.attempts());
    node.put("error", notification.error());
    node.put("created_at", notification.createdAt().toString());
    node.put("finished_at", Json.time(notification.finishedAt()));
    return node;
  }
}
