package dev.tollgate.domain.tenancy;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One page of a list, newest first.
///
/// @param next the cursor of the following page, or null on the last one
public record Page<T>(List<T> items, @Nullable UUID next) {
  public static final int LARGEST = 100;

  public Page {
    items = List.copyOf(items);
  }
}
