package dev.tollgate.domain.secrets;

/// Holds key-encryption keys and never gives them out. Thread-safe.
public interface Kms {
  /// Name of the key that new data keys are wrapped with.
  String currentKeyId();

  byte[] wrap(byte[] dataKey, byte[] associatedData);

  /// @throws IllegalStateException when the key is unknown or the data was changed
  byte[] unwrap(String keyId, byte[] wrapped, byte[] associatedData);
}
