package dev.tollgate.admin.notifications;

import com.google.protobuf.Empty;
import dev.tollgate.admin.Operations;
import dev.tollgate.admin.Wire;
import dev.tollgate.admin.Words;
import dev.tollgate.application.notifications.AddWebhook;
import dev.tollgate.application.notifications.ListNotifications;
import dev.tollgate.application.notifications.ListWebhooks;
import dev.tollgate.application.notifications.RemoveWebhook;
import dev.tollgate.application.notifications.TestWebhook;
import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.WebhookId;
import dev.tollgate.domain.jobs.Steps;
import dev.tollgate.domain.notifications.Notification;
import dev.tollgate.domain.notifications.Webhooks;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.proto.InvalidRequest;
import dev.tollgate.proto.v1.CreateWebhookRequest;
import dev.tollgate.proto.v1.DeleteWebhookRequest;
import dev.tollgate.proto.v1.ListNotificationsRequest;
import dev.tollgate.proto.v1.ListNotificationsResponse;
import dev.tollgate.proto.v1.ListWebhooksRequest;
import dev.tollgate.proto.v1.ListWebhooksResponse;
import dev.tollgate.proto.v1.NotificationChannel;
import dev.tollgate.proto.v1.NotificationServiceGrpc;
import dev.tollgate.proto.v1.NotificationStatus;
import dev.tollgate.proto.v1.TestWebhookRequest;
import dev.tollgate.proto.v1.TestWebhookResponse;
import dev.tollgate.proto.v1.Webhook;
import java.net.URI;
import java.net.URISyntaxException;

/// `NotificationService`.
public final class NotificationMethods {
  private static final Words<NotificationChannel, Notification.Channel> CHANNEL =
      Words.between(NotificationChannel.class, Notification.Channel.class);
  private static final Words<NotificationStatus, Notification.Status> STATUS =
      Words.between(NotificationStatus.class, Notification.Status.class);

  private final ListNotifications listNotifications;
  private final AddWebhook addWebhook;
  private final ListWebhooks listWebhooks;
  private final RemoveWebhook removeWebhook;
  private final TestWebhook testWebhook;

  public NotificationMethods(
      ListNotifications listNotifications,
      AddWebhook addWebhook,
      ListWebhooks listWebhooks,
      RemoveWebhook removeWebhook,
      TestWebhook testWebhook) {
    this.listNotifications = listNotifications;
    this.addWebhook = addWebhook;
    this.listWebhooks = listWebhooks;
    this.removeWebhook = removeWebhook;
    this.testWebhook = testWebhook;
  }

  public void bind(Operations operations) {
    operations
        .read(NotificationServiceGrpc.getListNotificationsMethod(), this::list)
        .change(NotificationServiceGrpc.getCreateWebhookMethod(), this::create)
        .read(NotificationServiceGrpc.getListWebhooksMethod(), this::webhooks)
        .change(NotificationServiceGrpc.getDeleteWebhookMethod(), this::remove)
        .job(NotificationServiceGrpc.getTestWebhookMethod(), this::test)
        .shows(Webhooks.Webhook.class, NotificationMethods::webhook);
  }

  private Result<ListNotificationsResponse> list(Actor actor, ListNotificationsRequest request) {
    Page.Ask ask = Wire.page(request.hasLimit(), request.getLimit(), request.getCursor());
    return listNotifications
        .run(actor, ask)
        .map(
            page -> {
              ListNotificationsResponse.Builder answer = ListNotificationsResponse.newBuilder();
              page.items().forEach(each -> answer.addData(notification(each)));
              Wire.set(page.next(), next -> answer.setNextCursor(Wire.cursor(next)));
              return answer.setHasMore(page.next() != null).build();
            });
  }

  private Result<Webhook> create(Actor actor, CreateWebhookRequest request, Trail trail) {
    AddWebhook.Command command =
        new AddWebhook.Command(url(request.getUrl()), request.getAllowPrivateNetwork());
    return addWebhook
        .run(actor, command, trail)
        .map(
            added ->
                webhook(added.webhook()).toBuilder().setSecret(added.secret().reveal()).build());
  }

  private static URI url(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw new InvalidRequest("url", "url must be a URL.");
    }
  }

  private Result<ListWebhooksResponse> webhooks(Actor actor, ListWebhooksRequest request) {
    Page.Ask ask = Wire.page(request.hasLimit(), request.getLimit(), request.getCursor());
    return listWebhooks
        .run(actor, ask)
        .map(
            page -> {
              ListWebhooksResponse.Builder answer = ListWebhooksResponse.newBuilder();
              page.items().forEach(each -> answer.addData(webhook(each)));
              Wire.set(page.next(), next -> answer.setNextCursor(Wire.cursor(next)));
              return answer.setHasMore(page.next() != null).build();
            });
  }

  private Result<Empty> remove(Actor actor, DeleteWebhookRequest request, Trail trail) {
    return id(request.getId())
        .then(id -> removeWebhook.run(actor, id, trail))
        .map(_ -> Empty.getDefaultInstance());
  }

  private Result<TestWebhookResponse> test(Actor actor, TestWebhookRequest request, Steps steps) {
    return id(request.getId())
        .then(id -> testWebhook.run(actor, id))
        .map(
            tested -> {
              TestWebhookResponse.Builder answer =
                  TestWebhookResponse.newBuilder().setOk(tested.error() == null);
              Wire.set(tested.error(), answer::setError);
              return answer.build();
            });
  }

  private static Result<WebhookId> id(String text) {
    return Wire.id(text, WebhookId::parse, "webhook");
  }

  private static Webhook webhook(Webhooks.Webhook webhook) {
    return Webhook.newBuilder()
        .setId(webhook.id().toString())
        .setUrl(webhook.url().toString())
        .setAllowPrivateNetwork(webhook.allowPrivateNetwork())
        .setCreatedAt(Wire.time(webhook.createdAt()))
        .build();
  }

  private static dev.tollgate.proto.v1.Notification notification(Notification notification) {
    dev.tollgate.proto.v1.Notification.Builder wire =
        dev.tollgate.proto.v1.Notification.newBuilder()
            .setId(notification.id().toString())
            .setType(notification.type())
            .setChannel(CHANNEL.wire(notification.channel()))
            .setReceiver(notification.receiver())
            .setSubject(notification.subject())
            .setText(notification.text())
            .setStatus(STATUS.wire(notification.status()))
            .setAttempts(notification.attempts())
            .setCreatedAt(Wire.time(notification.createdAt()));
    Wire.set(notification.error(), wire::setError);
    Wire.set(notification.finishedAt(), time -> wire.setFinishedAt(Wire.time(time)));
    return wire.build();
  }
}
