package dev.tollgate.domain.keys;

import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.Retention;

/// A key as the request path needs it: one of its secrets, the key and its project.
public record KnownKey(StoredSecret secret, VirtualKey key, Project project) {
  public Capture capture() {
    Capture own = key.policy().capture();
    return own == null ? project.capture() : own;
  }

  public Retention retention() {
    Retention own = key.policy().retention();
    return own == null ? project.retention() : own;
  }
}
