package dev.tollgate.domain.jobs;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Result;
import java.util.function.Function;

/// What a job may do while it runs, beside reading.
public interface Steps {
  /// Runs one unit of work, which is kept with its audit event if it is done, and undone otherwise.
  ///
  /// @throws dev.tollgate.domain.stores.StoreUnavailable when the store cannot answer
  <T> Result<T> commit(Function<Trail, Result<T>> work);

  /// Says how much is done, in words for people.
  void progress(String words);
}
