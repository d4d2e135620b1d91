package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.Batch;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.ledger.Reservation;
import dev.tollgate.domain.money.Money;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Reads what `tollgate.flush` answers: one row of arrays.
final class FlushAnswer {
  private static final Object[] NONE = {};

  private final Batch batch;
  private final Instant at;
  private final List<Balance> balances;
  private final Map<BudgetId, Balance> latest = new HashMap<>();

  private FlushAnswer(Batch batch, Instant at, List<Balance> balances) {
    this.batch = batch;
    this.at = at;
    this.balances = balances;
    for (Balance balance : balances) {
      latest.merge(balance.budget(), balance, Balance::newer);
    }
  }

  /// @param touches as they were bound
  /// @param known learns what accounts they have
  static Batch.Result read(
      ResultSet row, Batch batch, List<FlushStatement.Touch> touches, KnownAccounts known)
      throws SQLException {
    row.next();
    Object[] stale = array(row, "o_stale");
    if (stale.length > 0) {
      Set<TenantId> tenants = new HashSet<>();
      for (Object tenant : stale) {
        tenants.add(new TenantId((UUID) tenant));
      }
      return new Batch.Result.Stale(tenants);
    }
    List<Balance> balances = balances(row);
    learn(row, batch, touches, balances, known);
    Instant at = row.getObject("o_at", OffsetDateTime.class).toInstant();
    FlushAnswer answer = new FlushAnswer(batch, at, balances);
    return new Batch.Result.Applied(
        answer.outcomes(array(row, "o_kind"), array(row, "o_amount"), array(row, "o_binding")),
        List.copyOf(answer.latest.values()),
        at);
  }

  private static Object[] array(ResultSet row, String column) throws SQLException {
    Array array = row.getArray(column);
    return array == null ? NONE : (Object[]) array.getArray();
  }

  private static List<Balance> balances(ResultSet row) throws SQLException {
    Object[] budgets = array(row, "l_budget");
    if (budgets.length == 0) {
      return List.of();
    }
    Object[] starts = array(row, "l_starts");
    Object[] ends = array(row, "l_ends");
    Object[] hard = array(row, "l_hard");
    Object[] limits = array(row, "l_limit");
    Object[] posted = array(row, "l_posted");
    Object[] held = array(row, "l_held");
    Object[] versions = array(row, "l_version");
    List<Balance> balances = new ArrayList<>(budgets.length);
    for (int i = 0; i < budgets.length; i++) {
      balances.add(
          new Balance(
              new BudgetId((UUID) budgets[i]),
              instant((Long) starts[i]),
              ends[i] == null ? null : instant((Long) ends[i]),
              (Boolean) hard[i],
              new Money((Long) limits[i]),
              new Money((Long) posted[i]),
              new Money((Long) held[i]),
              (Long) versions[i]));
    }
    return balances;
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  private static void learn(
      ResultSet row,
      Batch batch,
      List<FlushStatement.Touch> touches,
      List<Balance> balances,
      KnownAccounts known)
      throws SQLException {
    // Told only when what was known did not suffice.
    Object[] accounts = array(row, "o_account");
    List<Object> ids = Arrays.asList(array(row, "l_id"));
    for (int i = 0; i < accounts.length; i++) {
      BudgetBook book = batch.books().get(touches.get(i).tenant());
      int index = ids.indexOf(accounts[i]);
      if (book != null && index >= 0) {
        known.learn(touches.get(i), book.version(), (Long) accounts[i], balances.get(index));
      }
    }
  }

  /// One for each reservation. Null where a lost answer cannot be told again.
  private List<@Nullable Admission> outcomes(Object[] kinds, Object[] amounts, Object[] bindings) {
    List<Reservation> reservations = batch.reservations();
    @Nullable Admission[] outcomes = new Admission[reservations.size()];
    for (int i = 0; i < outcomes.length; i++) {
      Reservation reservation = reservations.get(i);
      if (kinds.length == 0) {
        // All fit.
        outcomes[i] = admitted(reservation, reservation.want());
      } else if (kinds[i] != null) {
        outcomes[i] =
            switch (((Number) kinds[i]).intValue()) {
              case 1 -> admitted(reservation, new Money((Long) amounts[i]));
              case 3 -> new Admission.Busy(binding(bindings[i]));
              default -> new Admission.Exhausted(binding(bindings[i]));
            };
      }
    }
    return Arrays.asList(outcomes);
  }

  private Balance binding(Object number) {
    return balances.get((Integer) number - 1);
  }

  private Admission admitted(Reservation reservation, Money granted) {
    List<Balance> touched = new ArrayList<>(4);
    BudgetBook book = batch.books().get(reservation.key().tenant());
    if (book != null) {
      for (Budget budget : book.touching(reservation.key(), reservation.model())) {
        Balance balance = latest.get(budget.id());
        if (balance != null) {
          touched.add(balance);
        }
      }
    }
    return new Admission.Admitted(new Hold(reservation.id(), granted, at), touched);
  }
}
