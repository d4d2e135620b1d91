package dev.tollgate.domain.secrets;

import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// HMAC-SHA-256 under a server-side key (the pepper), by version. A leaked table of HMACs is of no
/// use without it. Thread-safe; computing one takes about a microsecond.
public final class Pepper {
  private static final int SHORTEST = 32;
  private static final String ALGORITHM = "HmacSHA256";

  private final Map<Integer, byte[]> peppers;
  private final int current;
  private final ConcurrentLinkedQueue<Mac> idle = new ConcurrentLinkedQueue<>();

  /// @throws IllegalArgumentException when the current version is missing or a pepper is shorter
  ///   than 32 bytes
  public Pepper(Map<Integer, byte[]> peppers, int current) {
    if (!peppers.containsKey(current)) {
      throw new IllegalArgumentException("the current pepper is missing");
    }
    if (peppers.values().stream().anyMatch(pepper -> pepper.length < SHORTEST)) {
      throw new IllegalArgumentException("a pepper has at least 32 bytes");
    }
    this.peppers = Map.copyOf(peppers);
    this.current = current;
  }

  public int currentVersion() {
    return current;
  }

  /// All that there are, the current one first.
  public List<Integer> versions() {
    return Stream.concat(
            Stream.of(current), peppers.keySet().stream().filter(each -> each != current))
        .toList();
  }

  /// @throws IllegalStateException when there is no pepper of that version
  public byte[] hmac(int version, byte[] secret) {
    byte[] pepper = peppers.get(version);
    if (pepper == null) {
      throw new IllegalStateException("no pepper of version " + version);
    }
    if (version != current) {
      return initialised(pepper).doFinal(secret);
    }
    Mac mac = borrow(pepper);
    byte[] result = mac.doFinal(secret);
    idle.offer(mac);
    return result;
  }

  private Mac borrow(byte[] pepper) {
    @Nullable Mac mac = idle.poll();
    return mac == null ? initialised(pepper) : mac;
  }

  private static Mac initialised(byte[] pepper) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(pepper, ALGORITHM));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HmacSHA256 is not available", e);
    }
  }
}
