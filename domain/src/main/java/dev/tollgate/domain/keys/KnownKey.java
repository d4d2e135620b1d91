package dev.tollgate.domain.keys;

import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.Retention;

/// A key as the request path needs it: one of its secrets, the key and its project.
public record KnownKey(StoredSecret secret, VirtualKey key, Project project) {
  /// What is kept of its calls. Where the project requires it, no key weakens that.
  public Capture capture() {
    Capture own = key.policy().capture();
    return own == null || project.capture() == Capture.REQUIRED ? project.capture() : own;
  }

  public Retention retention() {
    Retention own = key.policy().retention();
    return own == null ? project.retention() : own;
  }
}
