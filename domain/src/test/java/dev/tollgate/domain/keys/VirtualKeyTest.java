package dev.tollgate.domain.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.Endpoint;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VirtualKeyTest {
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
  private static final byte[] HERE = Addresses.parse("10.1.2.3");

  @Test
  void anActiveKeyMayCall() {
    assertThat(key(KeyPolicy.OPEN, null).check(NOW, Endpoint.MESSAGES, HERE)).isNull();
  }

  @Test
  void aDeadKeyRevealsNothingOfItsPolicy() {
    KeyPolicy nothing =
        new KeyPolicy(List.of(), Set.of(), List.of(AddressRange.parse("1.1.1.1")), null, null);
    VirtualKey key = key(nothing, null);
    assertThat(key.in(VirtualKey.State.DISABLED).check(NOW, Endpoint.MESSAGES, HERE))
        .isEqualTo(KeyRefusal.DISABLED);
    assertThat(key.in(VirtualKey.State.REVOKED).check(NOW, Endpoint.MESSAGES, HERE))
        .isEqualTo(KeyRefusal.REVOKED);
    assertThat(key.check(NOW, Endpoint.MESSAGES, HERE)).isEqualTo(KeyRefusal.ADDRESS_NOT_ALLOWED);
  }

  @Test
  void expiresAtTheVeryInstant() {
    VirtualKey key = key(KeyPolicy.OPEN, NOW);
    assertThat(key.checkAlive(NOW.minusNanos(1))).isNull();
    assertThat(key.checkAlive(NOW)).isEqualTo(KeyRefusal.EXPIRED);
  }

  @Test
  void revocationIsFinal() {
    VirtualKey revoked = key(KeyPolicy.OPEN, null).in(VirtualKey.State.REVOKED);
    assertThat(revoked.in(VirtualKey.State.REVOKED)).isEqualTo(revoked);
    assertThatThrownBy(() -> revoked.in(VirtualKey.State.ACTIVE))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void allowsModelsByNameAndByPrefix() {
    KeyPolicy policy = new KeyPolicy(List.of("gpt-6-sol", "claude-*"), null, null, null, null);
    assertThat(policy.allowsModel("gpt-6-sol")).isTrue();
    assertThat(policy.allowsModel("gpt-6-sol2")).isFalse();
    assertThat(policy.allowsModel("claude-opus-5-5")).isTrue();
    assertThat(policy.allowsModel("xclaude-opus")).isFalse();
    assertThat(new KeyPolicy(List.of(), null, null, null, null).allowsModel("x")).isFalse();
  }

  @Test
  void matchesAddressesByPrefix() {
    assertThat(AddressRange.parse("10.0.0.0/8").contains(HERE)).isTrue();
    assertThat(AddressRange.parse("10.1.2.3").contains(HERE)).isTrue();
    assertThat(AddressRange.parse("10.1.2.2/31").contains(HERE)).isTrue();
    assertThat(AddressRange.parse("10.1.2.4/31").contains(HERE)).isFalse();
    assertThat(AddressRange.parse("0.0.0.0/0").contains(HERE)).isTrue();
    assertThat(AddressRange.parse("2001:db8::/32").contains(HERE)).isFalse();
    assertThat(AddressRange.parse("2001:db8::/32").contains(Addresses.parse("2001:db8:1::1")))
        .isTrue();
    assertThat(AddressRange.parse("10.0.0.0/8").contains(Addresses.parse("::ffff:10.9.9.9")))
        .isTrue();
  }

  @Test
  void readsLiteralAddressesOnly() {
    for (String text : new String[] {"localhost", "example.com", "10.0.0.0/33", "10.0.0.0/x", ""}) {
      assertThatThrownBy(() -> AddressRange.parse(text))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static VirtualKey key(KeyPolicy policy, @Nullable Instant expiresAt) {
    return new VirtualKey(
        new KeyId(new UUID(1, 1)),
        new TenantId(new UUID(1, 2)),
        new ProjectId(new UUID(1, 3)),
        new BusinessUnitId(new UUID(1, 4)),
        null,
        "ci",
        VirtualKey.State.ACTIVE,
        expiresAt,
        policy,
        Map.of(),
        List.of(),
        "abcd",
        NOW,
        null);
  }
}
