package dev.tollgate.domain.keys;

/// Why a key does not let a call through.
public enum KeyRefusal {
  UNKNOWN,
  /// Not looked up: the address has been wrong too often in this second.
  TOO_MANY_WRONG,
  REVOKED,
  DISABLED,
  EXPIRED,
  ADDRESS_NOT_ALLOWED,
  ENDPOINT_NOT_ALLOWED
}
