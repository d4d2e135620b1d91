package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.CallRecord.Oddity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rare facts of a call, which have no column of their own.
final class CallDetails {
  private CallDetails() {}

  /// Null when there are none.
  static @Nullable String json(CallRecord call) {
    CallRecord.Bill bill = call.bill();
    if (bill.uncertainty() == null && bill.oddities().isEmpty() && call.times() == 1) {
      return null;
    }
    StringBuilder json = new StringBuilder("{");
    if (call.times() > 1) {
      json.append("\"times\":").append(call.times());
    }
    if (bill.uncertainty() != null) {
      json.append(json.length() > 1 ? "," : "");
      json.append("\"estimate\":\"").append(bill.uncertainty().wire()).append('"');
    }
    List<String> odd = bill.oddities().stream().map(Oddity::wire).sorted().toList();
    if (!odd.isEmpty()) {
      json.append(json.length() > 1 ? "," : "").append("\"oddities\":").append(JsonText.array(odd));
    }
    return json.append('}').toString();
  }
}
