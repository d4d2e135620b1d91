package dev.tollgate.providers.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.application.inference.TestingChat;
import dev.tollgate.application.inference.TestingChat.Offer;
import dev.tollgate.dialects.Dialects;
import dev.tollgate.dialects.request.RandomBody;
import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.catalog.SampleCatalog;
import dev.tollgate.domain.catalog.Timeouts;
import dev.tollgate.domain.ids.ModelFactsId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.ModelProvider.Dispatch;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.inference.ProviderReply;
import dev.tollgate.domain.inference.ReportedUsage;
import dev.tollgate.domain.inference.Vendors;
import dev.tollgate.domain.ledger.Reservation;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.pricing.SamplePrices;
import dev.tollgate.domain.pricing.Seller;
import dev.tollgate.domain.pricing.Usage;
import dev.tollgate.providers.anthropic.Anthropic;
import dev.tollgate.providers.openai.OpenAi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// For random bodies, prices and models: nothing that a provider may answer within what it was sent
/// costs more than what was held for it. Bodies go through the real parser and the real use case;
/// the answer is made from what reached the provider.
class BoundOfBodiesTest {
  private static final int BODIES = Integer.getInteger("tollgate.bodies", 100_000);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String[] TIERS = {"flex", "priority", "batch", "fast"};

  private final TestingChat chat = new TestingChat();

  @Test
  void noCostIsAboveItsBound() {
    for (int seed = 0; seed < BODIES; seed++) {
      Random random = new Random(seed);
      ModelFacts facts = facts(random);
      RandomBody body = RandomBody.of(random, facts);
      Provider account = account(body.endpoint, random);
      Price price = SamplePrices.any(random, new Seller.OfProvider(account.id()));
      var serveCall =
          chat.serveCall(
              (dispatch, _) -> answer(dispatch, body, facts, random),
              new Offer(BoundOfBodiesTest::vendor, account, price, List.of(facts)));
      chat.forget(random.nextInt(3) == 0 ? 1 : 0);
      Payload payload =
          Dialects.format(body.endpoint.dialect()).read(body.endpoint.operation(), body.bytes);

      chat.call(serveCall, body.endpoint, payload);

      Reservation held = Objects.requireNonNull(chat.reserved());
      Money cost = Objects.requireNonNull(chat.committed().cost());
      if (cost.compareTo(held.want()) > 0) {
        assertThat(cost)
            .as(
                "seed %s, %s, %s, usage %s, price %s",
                seed,
                account.options(),
                new String(body.bytes, StandardCharsets.UTF_8).replaceAll("A{9,}|(la )+", "..."),
                chat.committed().usage(),
                price)
            .isLessThanOrEqualTo(held.want());
      }
    }
  }

  private static Vendors.Traits vendor(ProviderKind kind) {
    return kind == ProviderKind.ANTHROPIC ? new Anthropic() : new OpenAi();
  }

  private static ModelFacts facts(Random random) {
    return new ModelFacts(
        new ModelFactsId(SampleIds.anId()),
        "*",
        Instant.EPOCH,
        1_000 + random.nextInt(400_000),
        100_000,
        random.nextInt(50_000),
        random.nextInt(1_000),
        random.nextInt(50_000),
        random.nextInt(1_000),
        null,
        300);
  }

  private Provider account(Endpoint endpoint, Random random) {
    Provider sample = SampleCatalog.aProvider(chat.key().tenant(), "mock");
    boolean anthropic = endpoint == Endpoint.MESSAGES;
    return new Provider(
        sample.id(),
        sample.tenant(),
        sample.name(),
        anthropic ? ProviderKind.ANTHROPIC : ProviderKind.OPENAI,
        sample.baseUrl(),
        false,
        new Provider.Options(
            null,
            null,
            null,
            null,
            random.nextInt(4) == 0 ? "eu" : null,
            random.nextInt(4) == 0,
            Timeouts.DEFAULT),
        sample.createdAt());
  }

  /// What a provider may say that it served, for the body that it got.
  private static ProviderReply answer(
      Dispatch dispatch, RandomBody body, ModelFacts facts, Random random) {
    JsonNode sent = read(dispatch.body());
    Usage.Builder usage = Usage.builder();
    long input = body.remote ? facts.window() : Math.min(facts.window(), body.input);
    long left = spread(usage, inputs(body, dispatch), input, random);
    long output =
        body.endpoint == Endpoint.EMBEDDINGS ? 0 : cap(sent, body.endpoint) * choices(sent);
    List<Component> outputs = new ArrayList<>(List.of(Component.OUTPUT, Component.REASONING));
    if (body.media) {
      outputs.addAll(List.of(Component.AUDIO_OUTPUT, Component.IMAGE_OUTPUT));
    }
    left += spread(usage, outputs, output, random);
    if (body.media) {
      usage.set(Component.AUDIO_SECONDS, upTo(input + output - left, random));
    }
    long searches = upTo(body.toolCalls, random);
    usage.set(Component.WEB_SEARCH, searches);
    usage.set(Component.FILE_SEARCH, body.toolCalls - searches);
    ReportedUsage reported =
        new ReportedUsage(
            usage.build(), true, tier(sent, dispatch, random), region(sent, dispatch), Set.of());
    return new ProviderReply.Answer(
        new byte[0], "application/json", List.of(), reported, "some text");
  }

  private static List<Component> inputs(RandomBody body, Dispatch dispatch) {
    List<Component> inputs =
        new ArrayList<>(List.of(Component.INPUT, Component.CACHED_INPUT, Component.IMAGE_INPUT));
    if (body.media) {
      inputs.add(Component.AUDIO_INPUT);
    }
    if (body.cacheWrites || dispatch.target().provider().kind() != ProviderKind.ANTHROPIC) {
      inputs.addAll(
          List.of(
              Component.CACHE_WRITE,
              Component.CACHE_WRITE_5M,
              Component.CACHE_WRITE_30M,
              Component.CACHE_WRITE_1H,
              Component.CACHE_WRITE_12H));
    }
    return inputs;
  }

  /// Gives each component a part of a sum.
  ///
  /// @return what is left
  private static long spread(
      Usage.Builder usage, List<Component> components, long sum, Random random) {
    long left = sum;
    for (int i = random.nextInt(components.size()); i >= 0 && left > 0; i--) {
      Component component = components.remove(random.nextInt(components.size()));
      long part = random.nextInt(4) == 0 ? left : upTo(left, random);
      usage.set(component, part);
      left -= part;
    }
    return left;
  }

  private static long upTo(long most, Random random) {
    return most <= 0 ? 0 : random.nextLong(most + 1);
  }

  /// By the cap that it reads: one of those that its endpoint knows. Those of other servers go
  /// before it there.
  private static long cap(JsonNode sent, Endpoint endpoint) {
    String known = endpoint == Endpoint.RESPONSES ? "max_output_tokens" : "max_tokens";
    assertThat(sent.path(known).isNumber()).as("a cap in %s", sent).isTrue();
    return Math.max(
        sent.path(known).asLong(),
        Math.max(sent.path("n_predict").asLong(), sent.path("max_new_tokens").asLong()));
  }

  private static long choices(JsonNode sent) {
    long prompts = sent.path("prompt").isArray() ? sent.path("prompt").size() : 1;
    return prompts * Math.max(sent.path("n").asLong(1), sent.path("best_of").asLong(1));
  }

  private static @Nullable String tier(JsonNode sent, Dispatch dispatch, Random random) {
    String named = sent.path("service_tier").asText(null);
    boolean cannotName =
        dispatch.endpoint() == Endpoint.COMPLETIONS || dispatch.endpoint() == Endpoint.EMBEDDINGS;
    boolean fast =
        dispatch.endpoint() == Endpoint.MESSAGES && "fast".equals(sent.path("speed").asText());
    if (dispatch.target().provider().options().tierMayChange()
        || "auto".equals(named)
        || named == null && cannotName) {
      return random.nextInt(3) == 0 ? "default" : TIERS[random.nextInt(TIERS.length)];
    }
    if (fast && random.nextBoolean()) {
      return "fast";
    }
    // However the caller spells it.
    return named == null || named.isEmpty() ? null : named.toLowerCase(Locale.ROOT);
  }

  private static @Nullable String region(JsonNode sent, Dispatch dispatch) {
    if (dispatch.endpoint() != Endpoint.MESSAGES) {
      return null;
    }
    String asked = sent.path("inference_geo").asText(null);
    return asked == null ? "eu" : asked.toLowerCase(Locale.ROOT);
  }

  private static JsonNode read(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
