package dev.tollgate.domain.keys;

/// Why a key does not let a call through.
public enum KeyRefusal {
  UNKNOWN,
  REVOKED,
  DISABLED,
  EXPIRED,
  ADDRESS_NOT_ALLOWED,
  ENDPOINT_NOT_ALLOWED
}
