package dev.tollgate.bootstrap;

import dev.tollgate.application.inference.OpenCalls;
import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.http.edge.BodyMemory;
import dev.tollgate.http.server.HttpServer;
import dev.tollgate.persistence.inference.ContentWriter;
import io.helidon.metrics.api.Gauge;
import io.helidon.metrics.api.MeterRegistry;
import java.util.function.Supplier;

/// What a node shows of its state.
final class NodeGauges {
  private final MeterRegistry registry;

  NodeGauges(MeterRegistry registry) {
    this.registry = registry;
  }

  NodeGauges of(GroupCommit journal) {
    return add("ledger_queue", journal::waiting, "Call rows that wait to be committed.")
        .add(
            "ledger_writer_alive",
            () -> journal.isAlive() ? 1 : 0,
            "1 while the writer of the ledger runs; raise an alarm when it is 0.")
        .add(
            "ledger_writer_faults",
            journal::faults,
            "Failures that the writer survived; raise an alarm when it grows.")
        .add(
            "ledger_unwritten",
            journal::unwritten,
            "Operations that the ledger would not take in any form.")
        .add(
            "ledger_line",
            journal::inLine,
            "Calls that wait while only open holds are in their way.");
  }

  NodeGauges of(OpenCalls open) {
    return add("open_streams", open::count, "Open streams.")
        .add(
            "abandoned_calls",
            open::abandoned,
            "Whole answers that are read on although their caller has hung up.");
  }

  NodeGauges of(ContentWriter contents) {
    return add("content_queue", contents::waiting, "Captured contents that wait to be written.")
        .add(
            "content_lost",
            contents::lost,
            "Captured contents that were not kept since the start; 0 is normal.");
  }

  NodeGauges of(HttpServer http) {
    return add("running_requests", http::running, "Requests that are being answered.")
        .add("connections", () -> http.callers().count(), "Connections of callers.")
        .add(
            "connections_refused",
            () -> http.callers().refused(),
            "Connections that were closed at once, for there were too many.")
        .add(
            "connections_evicted",
            () -> http.callers().evicted(),
            "Idle connections that were closed to make room.");
  }

  NodeGauges of(BodyMemory memory) {
    return add("body_bytes", memory::taken, "Bytes of request bodies in memory.")
        .add(
            "bodies_refused",
            memory::refused,
            "Requests that were refused, for too many bodies were in memory.");
  }

  /// @param name without the prefix of the program
  <N extends Number> NodeGauges add(String name, Supplier<N> value, String description) {
    registry.getOrCreate(Gauge.builder("tollgate_" + name, value).description(description));
    return this;
  }
}
