package dev.tollgate.providers.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderProbe;
import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.catalog.Timeouts;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.inference.Failure.Kind;
import dev.tollgate.domain.inference.ModelProvider;
import dev.tollgate.domain.inference.ProviderReply;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import dev.tollgate.domain.secrets.CredentialVault;
import dev.tollgate.providers.dialect.Answers;
import dev.tollgate.providers.dialect.SseEventStream;
import dev.tollgate.providers.gateway.Accounts.Account;
import dev.tollgate.providers.transport.Upstream;
import dev.tollgate.providers.transport.UpstreamFailure;
import dev.tollgate.providers.transport.UpstreamResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// All providers behind the port. Every way in which a provider can fail ends as a
/// [ProviderReply.Failed]. Thread-safe.
public final class ProviderGateway implements ModelProvider, ProviderProbe {
  /// The largest answer that is read as a whole.
  private static final int LARGEST_ANSWER = 32 << 20;

  private static final int LARGEST_ERROR = 64 << 10;
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Timeouts SOON =
      new Timeouts(
          Duration.ofSeconds(2),
          Duration.ofSeconds(3),
          Duration.ofSeconds(3),
          Duration.ofSeconds(3),
          Duration.ofSeconds(4));

  private final Accounts accounts;
  private final Clock clock;

  public ProviderGateway(
      Catalog catalog, CredentialVault vault, Supplier<? extends Upstream> simulated, Clock clock) {
    this.accounts = new Accounts(catalog, vault, simulated);
    this.clock = clock;
  }

  @Override
  public ProviderReply send(Dispatch dispatch, Silence silence) {
    Account account = accounts.of(dispatch.target().provider());
    Upstream.Request request =
        new Upstream.Request(
            "POST",
            dispatch.endpoint().path(),
            ProviderHeaders.request(account, dispatch.headers()),
            dispatch.body(),
            dispatch.stream(),
            dispatch.target().timeouts());
    try {
      UpstreamResponse response = account.upstream().send(request, silence);
      boolean handedOver = false;
      try {
        if (response.status() == 200 && dispatch.stream() && isEventStream(response)) {
          handedOver = true;
          return new ProviderReply.Streaming(
              new SseEventStream(
                  dispatch.endpoint(), dispatch.choices(), response, account.credential()),
              ProviderHeaders.answer(response, account));
        }
        return whole(response, dispatch.endpoint(), account);
      } finally {
        if (!handedOver) {
          response.close();
        }
      }
    } catch (UpstreamFailure e) {
      return new ProviderReply.Failed(e.failure());
    }
  }

  /// Asks a provider for something that it does not bill, for at most a few seconds.
  ///
  /// @return the body of a successful answer, or null
  public byte @Nullable [] ask(Target target, String path, byte[] body, List<HeaderField> headers) {
    Account account = accounts.of(target.provider());
    Upstream.Request request =
        new Upstream.Request(
            "POST", path, ProviderHeaders.request(account, headers), body, false, SOON);
    try (UpstreamResponse response = account.upstream().send(request, _ -> {})) {
      byte[] answer = readAll(response, LARGEST_ERROR);
      return response.status() == 200 ? answer : null;
    } catch (UpstreamFailure e) {
      // Whoever asks does without.
      return null;
    }
  }

  private ProviderReply whole(UpstreamResponse response, Endpoint endpoint, Account account) {
    int status = response.status();
    if (status != 200) {
      byte[] body = readAll(response, LARGEST_ERROR);
      Duration retryAfter = ProviderHeaders.retryAfter(response, clock.instant());
      Failure failure = Answers.failure(endpoint, status, retryAfter, body, account.credential());
      boolean last = "false".equals(response.header("x-should-retry"));
      return new ProviderReply.Failed(last ? failure.asFinal() : failure);
    }
    byte[] body = readAll(response, LARGEST_ANSWER);
    Answers.Read read = Answers.read(endpoint, body);
    if (read == null) {
      return new ProviderReply.Failed(
          Failure.of(Kind.BROKEN, "The provider's answer is not a JSON object."));
    }
    return new ProviderReply.Answer(
        body,
        "application/json",
        ProviderHeaders.answer(response, account),
        read.usage(),
        read.model(),
        read.serviceTier());
  }

  @Override
  public Result probe(Provider provider) {
    Account account = accounts.of(provider);
    Timeouts own = provider.options().timeouts();
    Duration patience = Duration.ofSeconds(10);
    Upstream.Request request =
        new Upstream.Request(
            "GET",
            "/models",
            ProviderHeaders.request(account, List.of()),
            new byte[0],
            false,
            new Timeouts(own.connect(), patience, patience, patience, patience));
    try (UpstreamResponse response = account.upstream().send(request, _ -> {})) {
      byte[] body = readAll(response, LARGEST_ANSWER);
      if (response.status() != 200) {
        return new Result.Fails(
            Answers.failure(
                Endpoint.CHAT_COMPLETIONS, response.status(), null, body, account.credential()));
      }
      return new Result.Works(models(body));
    } catch (UpstreamFailure e) {
      return new Result.Fails(e.failure());
    }
  }

  private static List<String> models(byte[] body) {
    try {
      List<String> names = new ArrayList<>();
      for (JsonNode model : JSON.readTree(body).path("data")) {
        names.add(model.path("id").asText());
      }
      return names;
    } catch (IOException e) {
      throw new UpstreamFailure(Kind.BROKEN, "The provider's list of models is not JSON.");
    }
  }

  private static boolean isEventStream(UpstreamResponse response) {
    String type = response.header("content-type");
    return type != null && type.toLowerCase(Locale.ROOT).startsWith("text/event-stream");
  }

  private static byte[] readAll(UpstreamResponse response, int limit) {
    byte[] first = response.read();
    if (first == null) {
      return new byte[0];
    }
    byte[] more = response.read();
    if (more == null) {
      return first;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream(first.length + more.length);
    all.writeBytes(first);
    while (more != null) {
      all.writeBytes(more);
      if (all.size() > limit) {
        throw new UpstreamFailure(
            Kind.BROKEN, "The provider's answer is larger than " + limit + " bytes.");
      }
      more = response.read();
    }
    return all.toByteArray();
  }
}
