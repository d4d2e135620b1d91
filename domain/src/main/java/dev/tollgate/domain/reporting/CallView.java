package dev.tollgate.domain.reporting;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.ClientInfo;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Usage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A call as it was committed.
///
/// @param holder null when no key was recognised
/// @param charge what the entries of the call say by now
/// @param details its rare facts as a JSON object, or null
public record CallView(
    CallId id,
    @Nullable Holder holder,
    CallRecord.Course course,
    Charge charge,
    ClientInfo client,
    @Nullable String details) {
  /// Whose key made the call, as it was then.
  public record Holder(
      KeyId key,
      ProjectId project,
      BusinessUnitId businessUnit,
      @Nullable MemberId member,
      List<String> tags) {
    public Holder {
      tags = List.copyOf(tags);
    }
  }

  /// @param cost null when nothing could be priced
  /// @param estimated whether the call, or an attempt of it, is posted at an estimate
  public record Charge(
      Usage usage, @Nullable Money cost, @Nullable PriceId price, boolean estimated) {}

  public Instant time() {
    return course.timing().startedAt();
  }
}
