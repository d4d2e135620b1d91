package dev.tollgate.providers.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.dialects.Dialects;
import dev.tollgate.dialects.answer.Answers;
import dev.tollgate.dialects.format.WireFormat;
import dev.tollgate.dialects.sse.SseEventStream;
import dev.tollgate.dialects.upstream.Upstream;
import dev.tollgate.dialects.upstream.UpstreamFailure;
import dev.tollgate.dialects.upstream.UpstreamResponse;
import dev.tollgate.dialects.vendor.Vendor;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.catalog.ProviderProbe;
import dev.tollgate.domain.catalog.ProviderStates;
import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.catalog.Timeouts;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.inference.Failure.Kind;
import dev.tollgate.domain.inference.ModelProvider;
import dev.tollgate.domain.inference.ProviderReply;
import dev.tollgate.domain.inference.Vendors;
import dev.tollgate.domain.secrets.CredentialVault;
import dev.tollgate.domain.secrets.Secret;
import dev.tollgate.providers.gateway.Accounts.Account;
import dev.tollgate.providers.transport.DecodedResponse;
import dev.tollgate.providers.transport.MaskedResponse;
import dev.tollgate.providers.transport.PeekedResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// All providers behind the port. Every way in which a provider can fail ends as a
/// [ProviderReply.Failed]. Thread-safe.
public final class ProviderGateway implements ModelProvider, ProviderProbe, Vendors {
  /// The largest answer that is read as a whole.
  private static final int LARGEST_ANSWER = 32 << 20;

  private static final int LARGEST_ERROR = 64 << 10;

  /// What a stream of events begins with, a byte order mark and blank lines aside.
  private static final Pattern FIELDS =
      Pattern.compile("(?:\u00ef\u00bb\u00bf)?[\r\n]*(?:data|event|id|retry)?:");

  private static final int LONGEST_FIELD = 64;
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Timeouts SOON =
      new Timeouts(
          Duration.ofSeconds(2),
          Duration.ofSeconds(3),
          Duration.ofSeconds(3),
          Duration.ofSeconds(3),
          Duration.ofSeconds(4),
          Duration.ZERO);

  private final Accounts accounts;
  private final Clock clock;
  private final Troubles troubles;

  public ProviderGateway(
      Catalog catalog, CredentialVault vault, Map<ProviderKind, Vendor> vendors, Clock clock) {
    this.accounts = new Accounts(catalog, vault, vendors);
    this.clock = clock;
    this.troubles = new Troubles(clock);
  }

  /// How this node's last calls went.
  public ProviderStates states() {
    return troubles;
  }

  /// Closes connections that have been idle for too long. To be called now and then.
  public void tidy() {
    accounts.tidy();
  }

  @Override
  public Vendor of(ProviderKind kind) {
    return accounts.vendor(kind);
  }

  @Override
  public ProviderReply send(Dispatch dispatch, Silence silence) {
    ProviderReply reply = exchange(dispatch, silence);
    Provider provider = dispatch.target().provider();
    if (reply instanceof ProviderReply.Failed failed) {
      troubles.failed(provider, failed.failure());
    } else {
      troubles.works(provider);
    }
    return reply;
  }

  private ProviderReply exchange(Dispatch dispatch, Silence silence) {
    try {
      Account account = accounts.of(dispatch.target().provider());
      Upstream.Request request =
          new Upstream.Request(
              "POST",
              dispatch.endpoint().path(),
              ProviderHeaders.request(account, dispatch.headers()),
              dispatch.body(),
              dispatch.stream(),
              dispatch.target().timeouts());
      UpstreamResponse response = account.upstream().send(request, silence);
      boolean handedOver = false;
      try {
        Answers answers = answers(account, dispatch.endpoint());
        if (response.status() / 100 != 2) {
          return new ProviderReply.Failed(failure(response, answers));
        }
        PeekedResponse body =
            new PeekedResponse(
                MaskedResponse.of(DecodedResponse.of(response), account.credential()));
        if (dispatch.stream() && isEventStream(body)) {
          handedOver = true;
          return new ProviderReply.Streaming(
              new SseEventStream(
                  answers,
                  format(dispatch.endpoint()).events(dispatch.endpoint().operation()),
                  dispatch.choices(),
                  body),
              ProviderHeaders.answer(response, account));
        }
        return whole(body, answers, account);
      } finally {
        if (!handedOver) {
          response.close();
        }
      }
    } catch (UpstreamFailure e) {
      return new ProviderReply.Failed(e.failure());
    }
  }

  private static Answers answers(Account account, Endpoint endpoint) {
    return format(endpoint).answersOf(endpoint, account.credential());
  }

  private static WireFormat format(Endpoint endpoint) {
    return Dialects.format(endpoint.dialect());
  }

  /// Asks a provider for something that it does not bill, for at most a few seconds.
  ///
  /// @return the body of a successful answer, or null
  public byte @Nullable [] ask(Target target, String path, byte[] body) {
    try {
      Account account = accounts.of(target.provider());
      Upstream.Request request =
          new Upstream.Request(
              "POST", path, ProviderHeaders.request(account, List.of()), body, false, SOON);
      try (UpstreamResponse response = account.upstream().send(request, _ -> {})) {
        byte[] answer = readAll(DecodedResponse.of(response), LARGEST_ERROR);
        return response.status() == 200 ? answer : null;
      }
    } catch (UpstreamFailure e) {
      // The bound is used as it is.
      return null;
    }
  }

  private ProviderReply whole(UpstreamResponse response, Answers answers, Account account) {
    byte[] body = readAll(response, LARGEST_ANSWER);
    return switch (answers.read(body)) {
      case Answers.Read.Nonsense _ ->
          new ProviderReply.Failed(
              Failure.of(Kind.BROKEN, "The provider's answer is not a JSON object."));
      case Answers.Read.Bad bad -> new ProviderReply.Failed(bad.failure(), bad.reported());
      case Answers.Read.Good good ->
          new ProviderReply.Answer(
              body,
              "application/json",
              ProviderHeaders.answer(response, account),
              good.reported(),
              good.text());
    };
  }

  /// What an error status means. Of its body the first part is enough; one that cannot be read says
  /// no more than its status.
  private Failure failure(UpstreamResponse response, Answers answers) {
    byte[] body;
    try {
      body = readFirst(DecodedResponse.of(response), LARGEST_ERROR);
    } catch (UpstreamFailure e) {
      body = new byte[0];
    }
    Duration retryAfter = ProviderHeaders.retryAfter(response, clock.instant());
    Failure failure =
        answers.failure(response.status(), retryAfter, body, body.length >= LARGEST_ERROR);
    boolean last = "false".equals(response.header("x-should-retry"));
    return last ? failure.asFinal() : failure;
  }

  @Override
  public Result probe(Provider provider) {
    try {
      return probe(accounts.of(provider));
    } catch (UpstreamFailure e) {
      return new Result.Fails(e.failure());
    }
  }

  @Override
  public Result probe(Provider provider, Secret credential) {
    Account tried = accounts.with(provider, credential.reveal());
    try {
      return probe(tried);
    } catch (UpstreamFailure e) {
      return new Result.Fails(e.failure());
    } finally {
      Accounts.close(tried);
    }
  }

  private Result probe(Account account) {
    Timeouts own = account.provider().options().timeouts();
    Duration patience = Duration.ofSeconds(10);
    Upstream.Request request =
        new Upstream.Request(
            "GET",
            "/models",
            ProviderHeaders.request(account, List.of()),
            new byte[0],
            false,
            new Timeouts(own.connect(), patience, patience, patience, patience, Duration.ZERO));
    try (UpstreamResponse response = account.upstream().send(request, _ -> {})) {
      if (response.status() != 200) {
        return new Result.Fails(failure(response, answers(account, Endpoint.CHAT_COMPLETIONS)));
      }
      return new Result.Works(models(readAll(DecodedResponse.of(response), LARGEST_ANSWER)));
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

  /// Whether the answer is a stream of events: by what it says, or by what it begins with where it
  /// says something else or nothing.
  private static boolean isEventStream(PeekedResponse response) {
    String type = response.header("content-type");
    if (type != null && type.toLowerCase(Locale.ROOT).startsWith("text/event-stream")) {
      return true;
    }
    byte[] first = response.peek();
    if (first == null) {
      return false;
    }
    String start =
        new String(first, 0, Math.min(first.length, LONGEST_FIELD), StandardCharsets.ISO_8859_1);
    return FIELDS.matcher(start).lookingAt();
  }

  /// The first part of a body, at most so many bytes. What follows is left unread.
  private static byte[] readFirst(UpstreamResponse response, int most) {
    ByteArrayOutputStream all = new ByteArrayOutputStream(512);
    for (byte[] more = response.read(); more != null; more = response.read()) {
      all.write(more, 0, Math.min(more.length, most - all.size()));
      if (all.size() >= most) {
        break;
      }
    }
    return all.toByteArray();
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
