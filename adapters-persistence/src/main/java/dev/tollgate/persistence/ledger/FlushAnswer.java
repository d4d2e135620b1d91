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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads what `tollgate.flush` answers: one row of arrays.
final class FlushAnswer {
  private static final Object[] NONE = {};
  private static final Pattern BETWEEN_ROWS = Pattern.compile("\\)\",\"\\(");

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
  /// @param layout of a balance
  static Batch.Result read(
      ResultSet row,
      Batch batch,
      List<FlushStatement.Touch> touches,
      KnownAccounts known,
      Layout layout)
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
    SequencedMap<Long, Balance> balances = balances(row.getString("o_balance"), layout);
    learn(array(row, "o_account"), batch, touches, balances, known);
    Instant at = row.getObject("o_at", OffsetDateTime.class).toInstant();
    FlushAnswer answer = new FlushAnswer(batch, at, List.copyOf(balances.values()));
    return new Batch.Result.Applied(
        answer.outcomes(array(row, "o_kind"), array(row, "o_amount"), array(row, "o_binding")),
        List.copyOf(answer.latest.values()),
        at);
  }

  private static Object[] array(ResultSet row, String column) throws SQLException {
    Array array = row.getArray(column);
    return array == null ? NONE : (Object[]) array.getArray();
  }

  /// By account, in the order of the answer. Of numbers, ids and flags nothing is quoted within a
  /// row.
  private static SequencedMap<Long, Balance> balances(@Nullable String array, Layout layout) {
    SequencedMap<Long, Balance> balances = new LinkedHashMap<>();
    if (array != null) {
      String rows = array.substring("{\"(".length(), array.length() - ")\"}".length());
      for (String row : BETWEEN_ROWS.split(rows, -1)) {
        String[] values = row.split(",", -1);
        long account = Long.parseLong(values[layout.place("account")]);
        balances.put(account, balance(values, layout));
      }
    }
    return balances;
  }

  private static Balance balance(String[] values, Layout layout) {
    String ends = values[layout.place("ends")];
    return new Balance(
        new BudgetId(UUID.fromString(values[layout.place("budget")])),
        instant(values[layout.place("starts")]),
        ends.isEmpty() ? null : instant(ends),
        values[layout.place("hard")].equals("t"),
        money(values[layout.place("lim")]),
        money(values[layout.place("posted")]),
        money(values[layout.place("held")]),
        Long.parseLong(values[layout.place("version")]));
  }

  private static Money money(String nanos) {
    return new Money(Long.parseLong(nanos));
  }

  private static Instant instant(String micros) {
    return Instant.EPOCH.plus(Long.parseLong(micros), ChronoUnit.MICROS);
  }

  /// Accounts are told only when what was known of them did not suffice.
  private static void learn(
      Object[] accounts,
      Batch batch,
      List<FlushStatement.Touch> touches,
      Map<Long, Balance> balances,
      KnownAccounts known) {
    for (int i = 0; i < accounts.length; i++) {
      long account = (Long) accounts[i];
      BudgetBook book = batch.books().get(touches.get(i).tenant());
      Balance balance = balances.get(account);
      if (book != null && balance != null) {
        known.learn(touches.get(i), book.version(), account, balance);
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
