package dev.tollgate.application.ledger;

import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Batch;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.Reservation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Operations that go to the store as one batch.
///
/// @param doubtfulSince the session in which they may have been applied already, or -1
record Flight(List<Operation> operations, long doubtfulSince) {
  Flight {
    operations = List.copyOf(operations);
  }

  /// Operations that were never sent.
  static Flight of(List<Operation> operations) {
    return new Flight(operations, -1);
  }

  /// Whether they may have been applied already.
  boolean isDoubtful() {
    return doubtfulSince >= 0;
  }

  /// The records of calls among them.
  List<CallRecord> calls() {
    List<CallRecord> calls = new ArrayList<>();
    for (Operation operation : operations) {
      if (operation instanceof Operation.Row row) {
        calls.add(row.call());
      }
    }
    return calls;
  }

  Flight without(Predicate<Operation> out) {
    List<Operation> left = new ArrayList<>(operations);
    left.removeIf(out);
    return new Flight(left, doubtfulSince);
  }

  /// The first half and the second, which may have been applied in a session.
  List<Flight> halves(long doubtful) {
    int half = operations.size() / 2;
    return List.of(
        new Flight(operations.subList(0, half), doubtful),
        new Flight(operations.subList(half, operations.size()), doubtful));
  }

  /// The batch under a number of a session.
  Batch batch(long session, long number, BudgetBooks books) {
    List<Reservation> reservations = new ArrayList<>();
    List<CallRecord> calls = new ArrayList<>();
    List<HoldId> voids = new ArrayList<>();
    List<HoldId> expiries = new ArrayList<>();
    Map<TenantId, BudgetBook> involved = new HashMap<>();
    for (Operation operation : operations) {
      switch (operation) {
        case Operation.Reserve reserve -> {
          reservations.add(reserve.reservation);
          involved.computeIfAbsent(reserve.reservation.key().tenant(), books::current);
        }
        case Operation.Row done -> {
          CallRecord call = done.call();
          calls.add(call);
          VirtualKey key = call.key();
          if (key != null && call.isPosted()) {
            involved.computeIfAbsent(key.tenant(), books::current);
          }
        }
        case Operation.Ending ending -> {
          switch (ending.way) {
            case Operation.Ending.Way.AtNothing _ -> voids.add(ending.hold);
            case Operation.Ending.Way.Expired _ -> expiries.add(ending.hold);
          }
        }
      }
    }
    return new Batch(session, number, reservations, calls, voids, expiries, involved);
  }
}
