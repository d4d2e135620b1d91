package dev.tollgate.application.inference;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.tollgate.domain.catalog.RouteTable;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.catalog.SampleCatalog;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallJournal;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.ClientInfo;
import dev.tollgate.domain.inference.Demands;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.ModelProvider;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.inference.ProviderReply;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.keys.KeyDirectory;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.keys.SampleKeys;
import dev.tollgate.domain.keys.SecretId;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.ledger.Ledger;
import dev.tollgate.domain.ledger.Reservation;
import dev.tollgate.domain.ledger.SampleBudgets;
import dev.tollgate.domain.ledger.TokenCounter;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.PriceBook;
import dev.tollgate.domain.pricing.Usage;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.SampleProjects;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What the use case allocates for one call under a budget, ports aside. Stable, unlike time: a
/// number that grows is a step back that somebody should have wanted.
class AllocationTest {
  private static final long MOST_BYTES = 4_000;
  private static final byte[] BODY =
      "{\"model\":\"gpt-x\",\"max_tokens\":100,\"messages\":[]}".getBytes(StandardCharsets.UTF_8);

  private final Project project = SampleProjects.aProject();
  private final VirtualKey key = SampleKeys.aKey().of(project).build();
  private final KnownKey known = new KnownKey(SampleKeys.aSecretOf(key), key, project);
  private int answered;

  @Test
  void aCallUnderABudgetAllocatesLittle() {
    CompleteChat completeChat = completeChat();
    for (int i = 0; i < 20_000; i++) {
      call(completeChat);
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    int calls = 10_000;
    for (int i = 0; i < calls; i++) {
      call(completeChat);
    }
    long bytes = (threads.getCurrentThreadAllocatedBytes() - before) / calls;
    System.out.printf("allocated by the use case for one call: %d bytes%n", bytes);
    assertThat(answered).isEqualTo(30_000);
    assertThat(bytes).isLessThan(MOST_BYTES);
  }

  private void call(CompleteChat completeChat) {
    Inbound inbound =
        new Inbound(
            new CallId(SampleIds.anId()),
            Endpoint.CHAT_COMPLETIONS,
            Instant.EPOCH,
            System.nanoTime(),
            ClientInfo.UNKNOWN,
            List.of(),
            false);
    Payload payload =
        new Payload(
            BODY,
            "gpt-x",
            new Payload.Span(9, 16),
            false,
            null,
            null,
            false,
            1,
            1,
            new Demands(
                List.of(
                    new Demands.Cap(
                        "max_tokens", 100, new Payload.Span(17, 29), new Payload.Span(30, 33))),
                1,
                1,
                0,
                0,
                false,
                false,
                false),
            null,
            null,
            null);
    completeChat.complete(inbound, known, payload, new Listening());
  }

  private CompleteChat completeChat() {
    var provider = SampleCatalog.aProvider(key.tenant(), "mock");
    var model = SampleCatalog.aModel(key.tenant(), "gpt-x", SampleCatalog.aDeployment(provider));
    var price = SampleCatalog.aPrice("openai", "*", Instant.EPOCH, 1);
    Routes.Snapshot snapshot =
        new Routes.Snapshot(
            new RouteTable(List.of(model), Map.of(provider.id(), provider)),
            new PriceBook(List.of(price)));
    BudgetBook book =
        new BudgetBook(
            key.tenant(),
            1,
            BudgetBook.Settings.USUAL,
            List.of(SampleBudgets.ofKey(key, "100"), SampleBudgets.ofTenant(key, "100")),
            Map.of());
    Usage usage = Usage.builder().set(Component.INPUT, 9).set(Component.OUTPUT, 7).build();
    byte[] answer = new byte[1_000];
    ModelProvider served =
        (_, _) ->
            new ProviderReply.Answer(answer, "application/json", List.of(), usage, "gpt-x", null);
    return new CompleteChat(
        new StillRoutes(snapshot),
        served,
        new CompleteChat.Ledgers(
            new WillingJournal(),
            new WillingLedger(),
            new StillBooks(book),
            new NoCounter(),
            SampleIds::anId,
            Duration.ZERO,
            Duration.ZERO),
        _ -> {},
        _ -> {},
        new OpenStreams(new NoDirectory()),
        key.tenant(),
        () -> new Random(1));
  }

  private record StillRoutes(Routes.Snapshot snapshot) implements Routes {
    @Override
    public Routes.Snapshot current(TenantId tenant) {
      return snapshot;
    }

    @Override
    public void refresh(TenantId tenant) {}
  }

  private record StillBooks(BudgetBook book) implements BudgetBooks {
    @Override
    public BudgetBook current(TenantId tenant) {
      return book;
    }

    @Override
    public void refresh(TenantId tenant) {}
  }

  private static final class WillingJournal implements CallJournal {
    @Override
    public boolean accepting() {
      return true;
    }

    @Override
    public boolean commit(CallRecord call, Duration patience) {
      return true;
    }

    @Override
    public void offer(CallRecord call) {}
  }

  private static final class WillingLedger implements Ledger {
    @Override
    public Admission reserve(Reservation reservation, Duration line) {
      return new Admission.Admitted(
          new Hold(reservation.id(), reservation.want(), Instant.EPOCH), List.of());
    }

    @Override
    public void release(HoldId hold) {}
  }

  private static final class NoDirectory implements KeyDirectory {
    @Override
    public @Nullable KnownKey find(SecretId id) {
      throw new IllegalStateException("nothing is streamed");
    }

    @Override
    public void touch(VirtualKey used) {}
  }

  private static final class NoCounter implements TokenCounter {
    @Override
    public long count(String model, String text) {
      throw new IllegalStateException("plenty is left, so nothing is counted");
    }

    @Override
    public long bound(String model, byte[] body) {
      throw new IllegalStateException("plenty is left, so nothing is counted");
    }
  }

  private final class Listening implements Caller {
    @Override
    public void answer(Head head, String contentType, byte[] body) {
      answered++;
    }

    @Override
    public void refuse(Refusal refusal) {
      throw new IllegalStateException(refusal.toString());
    }

    @Override
    public void begin(Head head) {}

    @Override
    public void write(byte[] bytes, int offset, int length) {}

    @Override
    public void keepAlive() {}

    @Override
    public void breakOff(Refusal refusal) {}

    @Override
    public void end() {}

    @Override
    public void watch(Runnable whenGone) {}

    @Override
    public boolean isGone() {
      return false;
    }
  }
}
