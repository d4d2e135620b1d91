package dev.tollgate.persistence.database;

import static dev.tollgate.domain.inference.SampleCalls.aCall;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.tenancy.Retention;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartitionsTest {
  private static final Instant LONG_AGO = Instant.parse("2001-02-03T23:59:59.999Z");

  private final TestingDatabase testing = TestingDatabase.shared();
  private final LocalDate today = LocalDate.now(ZoneOffset.UTC);

  private void keepHouse() {
    new Housekeeping(testing.database(), Clock.systemUTC()).run();
  }

  private void make(LocalDate day) {
    testing.run(Role.LEDGER, "select tollgate.ensure_days_2('" + day + "', '" + day + "')");
  }

  /// Names of all partitions of a day, both of calls and of content.
  private List<String> partitions(LocalDate day) {
    return testing.select(
        "select relname from pg_class where relnamespace = 'tollgate'::regnamespace"
            + " and relkind = 'r' and relname like '%"
            + DateTimeFormatter.BASIC_ISO_DATE.format(day)
            + "' order by relname");
  }

  private static String[] named(LocalDate day, List<Retention> classes) {
    List<String> names = new ArrayList<>();
    for (String table : List.of("call_", "call_content_")) {
      for (Retention each : classes) {
        names.add(table + each.days() + "_" + DateTimeFormatter.BASIC_ISO_DATE.format(day));
      }
    }
    return names.toArray(String[]::new);
  }

  @Test
  void daysAreMadeAhead() {
    keepHouse();
    for (int ahead = -1; ahead <= 7; ahead++) {
      LocalDate day = today.plusDays(ahead);
      assertThat(partitions(day))
          .containsExactlyInAnyOrder(named(day, List.of(Retention.values())));
    }
  }

  @Test
  void keepingHouseTwiceChangesNothing() {
    keepHouse();
    List<String> before = partitions(today);
    keepHouse();
    assertThat(partitions(today)).isEqualTo(before);
  }

  @Test
  void aPartitionThatWasDetachedIsAttachedAgain() {
    LocalDate day = LocalDate.of(2003, 4, 5);
    make(day);
    testing.run(
        Role.MIGRATOR, "alter table tollgate.call_30 detach partition tollgate.call_30_20030405");
    String ahead = "select tollgate.days_ahead_2('2003-04-05')";
    assertThat(testing.select(ahead)).containsExactly("0");

    make(day);

    assertThat(testing.select(ahead)).containsExactly("1");
  }

  @Test
  void aCallOfAnUnknownDayMakesItsPartition() {
    CallRecord call = aCall().of(testing.foundTenant()).at(LONG_AGO).build();
    try (GroupCommit writer = TestingWriter.of(testing.database(), 1)) {
      writer.start();
      assertThat(writer.commit(call, Duration.ofSeconds(10))).isTrue();
    }
    assertThat(partitions(LocalDate.of(2001, 2, 3))).isNotEmpty();
    assertThat(
            testing.select(
                "select tableoid::regclass::text from tollgate.call where id = '"
                    + call.id().value()
                    + "'"))
        .containsExactly("tollgate.call_30_20010203");
  }

  /// A node that knows of a partition that a restored backup does not have.
  @Test
  void aCallWhosePartitionWentAwayIsKeptAndWritten() {
    Instant time = Instant.parse("2002-02-03T12:00:00Z");
    TenantId tenant = testing.foundTenant();
    try (GroupCommit writer = TestingWriter.of(testing.database(), 1)) {
      writer.start();
      assertThat(writer.commit(aCall().of(tenant).at(time).build(), Duration.ofSeconds(10)))
          .isTrue();
      testing.run(Role.MIGRATOR, "drop table tollgate.call_30_20020203");
      assertThat(writer.commit(aCall().of(tenant).at(time).build(), Duration.ofSeconds(10)))
          .isTrue();
      assertThat(writer.unwritten()).isZero();
    }
    assertThat(
            testing.select(
                "select count(*) from tollgate.call where tenant_id = '" + tenant.value() + "'"))
        .containsExactly("1");
  }

  @Test
  void daysAreDroppedWhenTheTimeOfTheirClassIsOver() {
    for (Retention each : Retention.values()) {
      make(today.minusDays(each.days()));
      make(today.minusDays(each.days() + 1L));
    }
    keepHouse();
    List<Retention> left = new ArrayList<>(List.of(Retention.values()));
    for (Retention each : Retention.values()) {
      LocalDate last = today.minusDays(each.days());
      assertThat(partitions(last)).containsExactlyInAnyOrder(named(last, left));
      left.remove(each);
      LocalDate over = last.minusDays(1);
      assertThat(partitions(over)).containsExactlyInAnyOrder(named(over, left));
    }
  }

  /// Just after midnight, with a report that has been running for a while.
  @Test
  void nobodyWaitsForAReaderWhenPartitionsAreMade() throws Exception {
    LocalDate day = LocalDate.of(2003, 2, 3);
    TenantId tenant = testing.foundTenant();
    try (Connection reader = testing.open(Role.MIGRATOR);
        Statement reading = reader.createStatement();
        GroupCommit writer = TestingWriter.of(testing.database(), 1)) {
      writer.start();
      reader.setAutoCommit(false);
      reading.execute("select count(*) from tollgate.call");
      reading.execute("select count(*) from tollgate.entry");

      Instant time = day.atTime(12, 0).toInstant(ZoneOffset.UTC);
      assertThat(writer.commit(aCall().of(tenant).at(time).build(), Duration.ofSeconds(1)))
          .isTrue();
      assertThat(writer.commit(aCall().of(tenant).build(), Duration.ofSeconds(1))).isTrue();
    }
    assertThat(partitions(day)).containsExactlyInAnyOrder(named(day, List.of(Retention.values())));
  }

  /// What is attached is as good as what was made as a part.
  @Test
  void whatIsAttachedHasKeysAndTriggers() {
    make(LocalDate.of(2004, 2, 3));
    assertThat(
            testing.select(
                "select count(*) from pg_index i join pg_class c on c.oid = i.indrelid"
                    + " join pg_inherits h on h.inhrelid = i.indexrelid"
                    + " where c.relname in ('call_7_20040203', 'entry_200402')"))
        .containsExactly("4");
    assertThat(
            testing.select(
                "select count(*) from pg_trigger t join pg_class c on c.oid = t.tgrelid"
                    + " where c.relname = 'entry_200402' and t.tgparentid <> 0"))
        .isEqualTo(
            testing.select(
                "select count(*) from pg_trigger t join pg_class c on c.oid = t.tgrelid"
                    + " where c.relname = 'entry' and not t.tgisinternal"));
  }

  @Test
  void aDayThatIsBeingReadIsDroppedLater() throws Exception {
    LocalDate over = today.minusDays(500);
    make(over);
    TenantId tenant = testing.foundTenant();
    try (Connection reader = testing.open(Role.MIGRATOR);
        Statement reading = reader.createStatement();
        GroupCommit writer = TestingWriter.of(testing.database(), 1)) {
      writer.start();
      reader.setAutoCommit(false);
      reading.execute("select count(*) from tollgate.call");
      Thread house = Thread.ofVirtual().start(this::keepHouse);
      while (house.isAlive()) {
        assertThat(writer.commit(aCall().of(tenant).build(), Duration.ofSeconds(3))).isTrue();
      }
      assertThat(partitions(over)).hasSize(4);
    }
    keepHouse();
    assertThat(partitions(over)).isEmpty();
  }

  @Test
  void itTellsHowManyDaysAreAhead() {
    Housekeeping house = new Housekeeping(testing.database(), Clock.systemUTC());
    house.run();
    assertThat(house.daysAhead()).isEqualTo(8);
  }

  @Test
  void rollUpsAreKeptForEver() {
    TenantId tenant = testing.foundTenant();
    Instant now = Instant.now();
    try (GroupCommit writer = TestingWriter.of(testing.database(), 1)) {
      writer.start();
      for (int days : new int[] {1, 7, 9}) {
        CallRecord call = aCall().of(tenant).at(now.minus(Duration.ofDays(days))).build();
        assertThat(writer.commit(call, Duration.ofSeconds(10))).isTrue();
      }
    }
    keepHouse();
    String where = " where tenant_id = '" + tenant.value() + "'";
    assertThat(testing.select("select bucket from tollgate.usage_bucket" + where)).hasSize(3);
  }
}
