package dev.tollgate.domain.ledger;

import static dev.tollgate.domain.ledger.SampleBudgets.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.RaiseId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.keys.SampleKeys;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.money.Money;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BudgetTest {
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

  private final VirtualKey key = SampleKeys.aKey().ownedBy(new MemberId(SampleIds.anId())).build();

  private Budget budget(
      @Nullable List<String> models,
      Policy policy,
      List<Budget.Raise> raises,
      List<Integer> thresholds,
      List<String> told) {
    return new Budget(
        new BudgetId(SampleIds.anId()),
        key.tenant(),
        ScopeRef.of(key.id()),
        models,
        Window.MONTH,
        policy,
        usd("10.00"),
        raises,
        thresholds,
        told,
        NOW);
  }

  private static Budget.Raise raise(String amount, long from, @Nullable Long until) {
    return new Budget.Raise(
        new RaiseId(SampleIds.anId()),
        usd(amount),
        NOW.plusSeconds(from),
        until == null ? null : NOW.plusSeconds(until),
        "",
        "api");
  }

  @Test
  void theLimitInForceIsTheLimitAndTheRaisesInForce() {
    Budget raised =
        budget(
            null,
            Policy.REFUSE,
            List.of(raise("30.00", 0, 60L), raise("5.00", 10, 20L), raise("1.00", 30, null)),
            List.of(),
            List.of());
    assertThat(raised.limitAt(NOW.minusSeconds(1))).isEqualTo(usd("10.00"));
    assertThat(raised.limitAt(NOW)).isEqualTo(usd("40.00"));
    assertThat(raised.limitAt(NOW.plusSeconds(10))).isEqualTo(usd("45.00"));
    assertThat(raised.limitAt(NOW.plusSeconds(20))).isEqualTo(usd("40.00"));
    assertThat(raised.limitAt(NOW.plusSeconds(59))).isEqualTo(usd("41.00"));
    assertThat(raised.limitAt(NOW.plusSeconds(60))).isEqualTo(usd("11.00"));
    assertThat(raised.limitAt(NOW.plus(Duration.ofDays(400)))).isEqualTo(usd("11.00"));
    assertThat(raised.ownRaise()).isNull();
  }

  @Test
  void aRaiseAddsSomethingAndEndsAfterItBegins() {
    assertThatThrownBy(() -> raise("0", 0, 60L)).hasMessageContaining("amount");
    assertThatThrownBy(() -> raise("1", 60, 60L)).hasMessageContaining("until");
  }

  @Test
  void countsAllModelsOrThoseNamed() {
    Budget all = budget(null, Policy.REFUSE, List.of(), List.of(), List.of());
    assertThat(all.counts("anything")).isTrue();
    Budget some =
        budget(
            List.of("gpt-x", "claude-*", "gpt-x"), Policy.CLAMP, List.of(), List.of(), List.of());
    assertThat(some.models()).containsExactly("claude-*", "gpt-x");
    assertThat(some.counts("gpt-x")).isTrue();
    assertThat(some.counts("gpt-xl")).isFalse();
    assertThat(some.counts("claude-opus")).isTrue();
    assertThat(some.isHard()).isTrue();
    assertThat(budget(null, Policy.OBSERVE, List.of(), List.of(), List.of()).isHard()).isFalse();
  }

  @Test
  void thresholdsAreSortedAndBounded() {
    assertThat(budget(null, Policy.REFUSE, List.of(), List.of(100, 50, 50), List.of()).thresholds())
        .containsExactly(50, 100);
    for (int wrong : new int[] {0, -1, 1_001}) {
      refuses(null, List.of(wrong), List.of(), "thresholds");
    }
    for (int right : new int[] {1, 1_000}) {
      assertThatCode(() -> budget(null, Policy.REFUSE, List.of(), List.of(right), List.of()))
          .doesNotThrowAnyException();
    }
    List<Integer> many = java.util.stream.IntStream.rangeClosed(1, 17).boxed().toList();
    refuses(null, many, List.of(), "thresholds");
    assertThat(budget(null, Policy.REFUSE, List.of(), many.subList(0, 16), List.of()).thresholds())
        .hasSize(16);
  }

  @Test
  void addressesLookLikeOnes() {
    assertThat(budget(null, Policy.REFUSE, List.of(), List.of(), List.of("a@b")).told())
        .containsExactly("a@b");
    for (String wrong :
        new String[] {
          "", "ab", "@b", "a@", "a b@c", "a@b\r\nRCPT", "a@\u007f", "a@" + "b".repeat(255)
        }) {
      refuses(null, List.of(), List.of(wrong), "notify");
    }
    refuses(null, List.of(), Collections.nCopies(17, "a@b"), "notify");
    assertThatCode(
            () -> budget(null, Policy.REFUSE, List.of(), List.of(), Collections.nCopies(16, "a@b")))
        .doesNotThrowAnyException();
    assertThatCode(
            () ->
                budget(null, Policy.REFUSE, List.of(), List.of(), List.of("a@" + "b".repeat(254))))
        .doesNotThrowAnyException();
  }

  @Test
  void modelsAreNamedOrAll() {
    refuses(List.of(), List.of(), List.of(), "models");
    refuses(List.of(" "), List.of(), List.of(), "models");
    refuses(List.of("m".repeat(257)), List.of(), List.of(), "models");
    List<String> many =
        java.util.stream.IntStream.rangeClosed(1, 17).mapToObj(Integer::toString).toList();
    refuses(many, List.of(), List.of(), "models");
    assertThat(budget(many.subList(0, 16), Policy.REFUSE, List.of(), List.of(), List.of()).models())
        .hasSize(16);
    assertThatThrownBy(() -> SampleBudgets.ofKey(key, "-0.01"))
        .hasMessage("limit must not be negative");
    assertThat(SampleBudgets.ofKey(key, "0.00").limit()).isEqualTo(Money.ZERO);
  }

  private void refuses(
      @Nullable List<String> models, List<Integer> thresholds, List<String> told, String field) {
    assertThatThrownBy(() -> budget(models, Policy.REFUSE, List.of(), thresholds, told))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(field);
  }

  @Test
  void aBookFindsWhatACallCountsAgainstNarrowestFirst() {
    UUID unit = key.businessUnit().value();
    UUID root = SampleIds.anId();
    MemberId owner = key.owner();
    assertThat(owner).isNotNull();
    Budget ofKey = SampleBudgets.ofKey(key, "1");
    Budget ofMember = scoped(Scope.MEMBER, owner == null ? root : owner.value(), null);
    Budget ofProject = scoped(Scope.PROJECT, key.project().value(), null);
    Budget ofUnit = scoped(Scope.BUSINESS_UNIT, unit, null);
    Budget ofRoot = scoped(Scope.BUSINESS_UNIT, root, null);
    Budget ofTenant = scoped(Scope.TENANT, key.tenant().value(), null);
    Budget ofModels = scoped(Scope.TENANT, key.tenant().value(), List.of("other"));
    Budget ofStranger = scoped(Scope.KEY, SampleIds.anId(), null);
    List<Budget> all =
        List.of(ofTenant, ofRoot, ofUnit, ofProject, ofMember, ofKey, ofModels, ofStranger);
    BudgetBook book = book(all, Map.of(unit, root));
    assertThat(book.touching(key, "gpt-x"))
        .containsExactly(ofKey, ofMember, ofProject, ofUnit, ofRoot, ofTenant);
    assertThat(book.touching(key, "other")).containsAll(List.of(ofTenant, ofModels));
    assertThat(book.find(ofUnit.id())).isEqualTo(ofUnit);
    assertThat(book.find(new BudgetId(SampleIds.anId()))).isNull();
    assertThat(book.version()).isEqualTo(7);
    assertThat(book.tenant()).isEqualTo(key.tenant());
    assertThat(book.settings().outputCap()).isEqualTo(4_096);
    VirtualKey ownerless = SampleKeys.aKey().build();
    assertThat(book(List.of(), Map.of()).touching(ownerless, "gpt-x")).isEmpty();
    assertThat(book(List.of(ofStranger), Map.of()).touching(ownerless, "gpt-x")).isEmpty();
  }

  private BudgetBook book(List<Budget> budgets, Map<UUID, UUID> parents) {
    TenantId tenant = key.tenant();
    return new BudgetBook(tenant, 7, BudgetBook.Settings.USUAL, budgets, parents);
  }

  private Budget scoped(Scope scope, UUID id, @Nullable List<String> models) {
    return new Budget(
        new BudgetId(SampleIds.anId()),
        key.tenant(),
        new ScopeRef(scope, id),
        models,
        Window.TOTAL,
        Policy.REFUSE,
        usd("1"),
        List.of(),
        List.of(),
        List.of(),
        NOW);
  }

  @Test
  void settingsHaveACap() {
    assertThatThrownBy(() -> new BudgetBook.Settings(FiscalCalendar.UTC, 0, false, false))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(new BudgetBook.Settings(FiscalCalendar.UTC, 1, true, false).showsAncestors())
        .isTrue();
  }

  @Test
  void scopesAndPoliciesHaveNames() {
    for (Scope scope : Scope.values()) {
      assertThat(Scope.parse(scope.wire())).isEqualTo(scope);
      assertThat(scope.isOwn()).isEqualTo(scope.compareTo(Scope.BUSINESS_UNIT) < 0);
    }
    for (Policy policy : Policy.values()) {
      assertThat(Policy.parse(policy.wire())).isEqualTo(policy);
    }
    assertThat(Scope.BUSINESS_UNIT.wire()).isEqualTo("business_unit");
    assertThatThrownBy(() -> Scope.parse("team")).hasMessageStartingWith("scope");
    assertThatThrownBy(() -> Policy.parse("maybe")).hasMessageStartingWith("policy");
  }

  @Test
  void aReservationsFloorIsWithinWhatItWants() {
    assertThatThrownBy(() -> SampleBudgets.aHold(key, usd("1"), usd("1.01"), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SampleBudgets.aHold(key, usd("1"), new Money(-1), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(SampleBudgets.aHold(key, usd("1"), usd("1"), List.of()).floor()).isEqualTo(usd("1"));
    assertThat(SampleBudgets.aHold(key, usd("1"), Money.ZERO, List.of()).floor())
        .isEqualTo(Money.ZERO);
  }

  @Test
  void theNewerSightOfABudgetIsThatOfTheLaterWindowThenOfTheHigherVersion() {
    Balance first = balance(NOW, 5);
    assertThat(balance(NOW, 6).isNewerThan(first)).isTrue();
    assertThat(balance(NOW, 5).isNewerThan(first)).isFalse();
    assertThat(balance(NOW.plusSeconds(1), 1).isNewerThan(first)).isTrue();
    assertThat(balance(NOW.minusSeconds(1), 9).isNewerThan(first)).isFalse();
    assertThat(first.reserve(usd("1")).version()).isEqualTo(6);
    assertThat(first.settle(Money.ZERO, Money.ZERO).version()).isEqualTo(6);
  }

  private static Balance balance(Instant start, long version) {
    return new Balance(
        new BudgetId(new UUID(0, 1)), start, null, true, usd("1"), Money.ZERO, Money.ZERO, version);
  }
}
