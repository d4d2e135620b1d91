package dev.tollgate.application.inference;

import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.inference.Payload;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What deployments do not take of that which Tollgate writes into a body. It is learned from a
/// refusal and remembered while the process runs. Thread-safe.
final class Quirks {
  private static final int MOST = 10_000;

  /// Something that is written into a body.
  enum Quirk {
    /// `stream_options.include_usage`.
    NO_USAGE_OPTION,
    /// The usual name of the output cap; the other one is taken.
    OTHER_CAP_NAME,
    /// `service_tier`.
    NO_SERVICE_TIER
  }

  private record Place(ProviderId provider, String model) {
    static Place of(Target target) {
      return new Place(target.provider().id(), target.deployment().model());
    }
  }

  private final ConcurrentHashMap<Place, Set<Quirk>> known = new ConcurrentHashMap<>();

  boolean has(Target target, Quirk quirk) {
    Set<Quirk> quirks = known.isEmpty() ? null : known.get(Place.of(target));
    return quirks != null && quirks.contains(quirk);
  }

  /// Whether a refusal blames something that Tollgate wrote into the body; remembers it then. Calls
  /// that were under way together are refused for the same thing, and each goes again.
  ///
  /// @param edits what was written
  /// @return whether it is worth to try again without
  boolean learn(Target target, Payload payload, Payload.Edits edits, Failure failure) {
    Quirk quirk = quirk(payload, edits, failure);
    if (quirk == null || known.size() >= MOST && !has(target, quirk)) {
      return false;
    }
    known.merge(Place.of(target), EnumSet.of(quirk), Quirks::union);
    return true;
  }

  private static Set<Quirk> union(Set<Quirk> one, Set<Quirk> other) {
    Set<Quirk> both = EnumSet.copyOf(one);
    both.addAll(other);
    return both;
  }

  private static @Nullable Quirk quirk(Payload payload, Payload.Edits edits, Failure failure) {
    boolean refused = failure.kind() == Failure.Kind.BAD_REQUEST && !failure.billed();
    if (!refused || failure.status() != 400 && failure.status() != 422) {
      return null;
    }
    String said = failure.message().toLowerCase(Locale.ROOT) + ' ' + failure.param();
    boolean asked = edits.askForUsage() && payload.stream() && !payload.asked().includeUsage();
    if (asked && (said.contains("stream_options") || said.contains("include_usage"))) {
      return Quirk.NO_USAGE_OPTION;
    }
    Payload.CapEdit cap = edits.cap();
    if (cap != null
        && cap.mayBeOther()
        && said.contains(cap.name())
        && !isNamed(payload, cap.name())) {
      return Quirk.OTHER_CAP_NAME;
    }
    return edits.serviceTier() != null && said.contains("service_tier")
        ? Quirk.NO_SERVICE_TIER
        : null;
  }

  /// Whether the caller named the cap itself.
  private static boolean isNamed(Payload payload, String cap) {
    return payload.demands().caps().names().contains(cap);
  }
}
