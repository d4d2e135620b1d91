package dev.tollgate.domain.jobs;

import dev.tollgate.domain.ids.OperationId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.stores.Page;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Store of jobs. Each method is one transaction, or a part of the open unit of work, and throws
/// [dev.tollgate.domain.stores.StoreUnavailable] when the store cannot answer. Thread-safe.
public interface Jobs {
  /// Adds a job that is about to run on this node.
  void add(Job job);

  Optional<Job> find(TenantId tenant, OperationId id);

  /// At most `limit` jobs begun before the one named by the cursor, newest first.
  ///
  /// @param state only those in this state, or null
  Page<Job> list(TenantId tenant, Job.@Nullable State state, @Nullable UUID cursor, int limit);

  /// Says that jobs are still running here, and how far they have come. Those that another node has
  /// taken over are in the answer no more.
  ///
  /// @return those that are still this node's
  List<OperationId> alive(TenantId tenant, List<OperationId> jobs);

  void progress(TenantId tenant, OperationId id, String progress);

  /// Ends a job that is running; a repeat changes nothing.
  void finish(TenantId tenant, OperationId id, Job.Outcome outcome);

  /// Takes over jobs that nobody has said to be alive for so long. No other node gets them.
  List<Job> takeOver(Duration silence);
}
