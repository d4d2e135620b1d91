package dev.tollgate.http.connection;

/// The method of each request as it came. The server reads it without regard to case; other
/// programs on the way do not, and a rule of theirs would not hold for `post`.
final class FirstWord {
  private boolean open = true;
  private boolean lower;

  /// The next request begins.
  void next() {
    open = true;
    lower = false;
  }

  void read(byte[] bytes) {
    for (int i = 0; open && i < bytes.length; i++) {
      open = bytes[i] > ' ';
      lower |= bytes[i] >= 'a' && bytes[i] <= 'z';
    }
  }

  /// Whether there is a small letter in it.
  boolean hasLower() {
    return lower;
  }
}
