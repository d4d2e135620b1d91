package dev.tollgate.domain.reporting;

import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.rules.BrokenRule;
import dev.tollgate.domain.rules.TimeSpans;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What to add up, by at most two groups, over `[from, to)`, which is widened to whole minutes:
/// less is not kept apart.
public record UsageQuery(
    Instant from,
    Instant to,
    List<Group> groups,
    @Nullable KeyId key,
    @Nullable ProjectId project,
    @Nullable String model) {
  /// How far back minutes can be asked for; they are kept one day longer.
  public static final Duration MINUTES_KEPT = Duration.ofDays(7);

  private static final long QUARTER = 900;
  private static final int MOST_BUCKETS = 20_000;

  public UsageQuery {
    groups = List.copyOf(groups);
    from = from.truncatedTo(ChronoUnit.MINUTES);
    to = to.plusSeconds(60).minusNanos(1).truncatedTo(ChronoUnit.MINUTES);
    TimeSpans.check(from, to);
    if (groups.size() > 2 || groups.stream().distinct().count() != groups.size()) {
      throw BrokenRule.of(
          "group_by", "takes one or two different groups, of which interval is one");
    }
    if (groups.stream().filter(group -> group.width() != null).count() > 1) {
      throw BrokenRule.of("group_by", "takes one interval at most");
    }
    for (Group group : groups) {
      Duration width = group.width();
      if (width != null && Duration.between(from, to).dividedBy(width) > MOST_BUCKETS) {
        throw new BrokenRule(
            "from",
            "from and to span more than " + MOST_BUCKETS + " intervals of one " + group.wire());
      }
    }
  }

  /// Whether minutes are asked for, which are kept for a shorter time than quarters of an hour.
  public boolean needsMinutes() {
    return groups.contains(Group.MINUTE) || !onQuarter(from) || !onQuarter(to);
  }

  /// The quarter of an hour that a time lies in.
  public static Instant quarterBefore(Instant time) {
    return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), QUARTER) * QUARTER);
  }

  /// The quarter of an hour that begins at or after a time.
  public static Instant quarterAfter(Instant time) {
    Instant before = quarterBefore(time);
    return before.equals(time) ? time : before.plusSeconds(QUARTER);
  }

  private static boolean onQuarter(Instant time) {
    return quarterBefore(time).equals(time);
  }

  /// What a row stands for.
  public enum Group {
    KEY(null),
    PROJECT(null),
    BUSINESS_UNIT(null),
    MEMBER(null),
    TAG(null),
    MODEL(null),
    PROVIDER(null),
    MINUTE(Duration.ofMinutes(1)),
    HOUR(Duration.ofHours(1)),
    DAY(Duration.ofDays(1)),
    MONTH(Duration.ofDays(28));

    private final @Nullable Duration width;

    Group(@Nullable Duration width) {
      this.width = width;
    }

    /// The least length of an interval, or null when the group is none.
    public @Nullable Duration width() {
      return width;
    }

    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// @throws IllegalArgumentException when there is no such group
    public static Group parse(String wire) {
      for (Group group : values()) {
        if (group.wire().equals(wire)) {
          return group;
        }
      }
      throw new IllegalArgumentException(
          "group_by must be key, project, business_unit, member, tag, model, provider, minute, hour,"
              + " day or month");
    }
  }
}
