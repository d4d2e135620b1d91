package dev.tollgate.domain.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.ids.TenantId;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CredentialVaultTest {
  private final byte[] key = new byte[AesGcm.KEY_BYTES];
  private final CredentialVault vault =
      new CredentialVault(new TestingKms(key), new SecureRandom());

  @Test
  void opensWhatItSealed() {
    SealedCredential stored = vault.seal(provider(1, "https://api.example"), Secret.of("sk-1"));
    assertThat(vault.open(provider(1, "https://api.example"), stored).reveal()).isEqualTo("sk-1");
    assertThat(new String(stored.ciphertext(), StandardCharsets.ISO_8859_1)).doesNotContain("sk-1");
  }

  @Test
  void isBoundToTenantProviderAndOrigin() {
    SealedCredential stored = vault.seal(provider(1, "https://api.example"), Secret.of("sk-1"));
    for (Provider other :
        new Provider[] {
          provider(2, "https://api.example"),
          provider(1, "https://evil.example"),
          provider(1, "http://api.example"),
          provider(1, "https://api.example:444")
        }) {
      assertThatThrownBy(() -> vault.open(other, stored)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void noticesAFlippedBit() {
    Provider provider = provider(1, "https://api.example");
    SealedCredential stored = vault.seal(provider, Secret.of("sk-1"));
    byte[] flipped = stored.ciphertext();
    flipped[0] ^= 1;
    SealedCredential changed =
        new SealedCredential(stored.keyId(), stored.wrappedKey(), stored.nonce(), flipped, "");
    assertThatThrownBy(() -> vault.open(provider, changed))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anotherMasterKeyOpensNothing() {
    Provider provider = provider(1, "https://api.example");
    SealedCredential stored = vault.seal(provider, Secret.of("sk-1"));
    byte[] other = key.clone();
    other[5] = 1;
    CredentialVault stranger = new CredentialVault(new TestingKms(other), new SecureRandom());
    assertThatThrownBy(() -> stranger.open(provider, stored))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void peppersOfEveryVersionStayUsable() {
    byte[] first = new byte[32];
    byte[] second = new byte[32];
    second[0] = 1;
    Pepper before = new Pepper(Map.of(1, first), 1);
    Pepper after = new Pepper(Map.of(1, first, 2, second), 2);
    byte[] secret = {1, 2, 3};
    assertThat(after.hmac(1, secret)).isEqualTo(before.hmac(1, secret));
    assertThat(after.hmac(2, secret)).isNotEqualTo(before.hmac(1, secret));
    assertThatThrownBy(() -> new Pepper(Map.of(1, new byte[31]), 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void secretsAreWipedAndNeverPrinted() {
    byte[] bytes = "sk-secret".getBytes(StandardCharsets.UTF_8);
    Secret secret = Secret.owning(bytes);
    assertThat(secret.toString()).isEqualTo("***");
    secret.close();
    assertThat(bytes).containsOnly(0);
  }

  private static Provider provider(int tenant, String url) {
    return new Provider(
        new ProviderId(new UUID(1, 1)),
        new TenantId(new UUID(0, tenant)),
        "p",
        ProviderKind.OPENAI,
        URI.create(url),
        false,
        Provider.Options.NONE,
        Instant.EPOCH);
  }

  private record TestingKms(byte[] key) implements Kms {
    @Override
    public String currentKeyId() {
      return "test";
    }

    @Override
    public byte[] wrap(byte[] dataKey, byte[] associatedData) {
      return AesGcm.encrypt(key, new byte[12], associatedData, dataKey);
    }

    @Override
    public byte[] unwrap(String keyId, byte[] wrapped, byte[] associatedData) {
      return AesGcm.decrypt(
          key, new byte[12], associatedData, Arrays.copyOf(wrapped, wrapped.length));
    }
  }
}
