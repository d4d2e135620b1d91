package dev.tollgate.providers.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tollgate.dialects.upstream.Upstream;
import dev.tollgate.dialects.upstream.UpstreamFailure;
import dev.tollgate.domain.catalog.BaseUrls;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.catalog.Timeouts;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.ids.TenantId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressGuardTest {
  private static final int PORT = 9;

  private final AddressGuard strict = new AddressGuard(false);
  private final AddressGuard lax = new AddressGuard(true);
  private final RecordingConnector connector = new RecordingConnector();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.0.0.2",
        "127.255.255.255",
        "10.0.0.1",
        "10.255.255.255",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "192.168.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "192.0.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "::1",
        "fc00::1",
        "fd12:3456::1",
        "fec0::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "::10.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::10.0.0.1",
        "64:ff9b:1:a9fe:a9:fe00:808:808",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2002:c0a8:101::",
        "2001:0:808:808::80ff:fffe",
        "100::1",
        "4000::1"
      })
  void reachesPrivateAddressesOnlyWhereAllowed(String address) throws Exception {
    assertThat(strict.isAllowed(InetAddress.getByName(address))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "::1",
        "fd12::1"
      })
  void reachesPrivateAddressesWhereAllowed(String address) throws Exception {
    assertThat(lax.isAllowed(InetAddress.getByName(address))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "169.254.0.1",
        "169.254.170.2",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "fe80::1",
        "fe80::a9fe:a9fe",
        "febf::1",
        "ff02::1",
        "ff05::2",
        "fd00:ec2::254",
        "fd20:ce::254",
        "::ffff:169.254.169.254",
        "::ffff:0.0.0.0",
        "::169.254.169.254",
        "::ffff:0:169.254.169.254",
        "64:ff9b::169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "::ffff:100.100.100.200"
      })
  void neverReachesMetadataLinkLocalOrNowhere(String address) throws Exception {
    InetAddress parsed = InetAddress.getByName(address);
    assertThat(strict.isAllowed(parsed)).isFalse();
    assertThat(lax.isAllowed(parsed)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8.8.8.8",
        "1.1.1.1",
        "172.15.255.255",
        "172.32.0.1",
        "192.167.1.1",
        "100.63.255.255",
        "100.128.0.1",
        "198.17.1.1",
        "198.20.1.1",
        "169.253.1.1",
        "223.255.255.1",
        "2606:4700:4700::1111",
        "2001:4860:4860::8888",
        "2a00:1450::1",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2002:808:808::1"
      })
  void reachesPublicAddresses(String address) throws Exception {
    assertThat(strict.isAllowed(InetAddress.getByName(address))).isTrue();
    assertThat(lax.isAllowed(InetAddress.getByName(address))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "localhost.",
        "LOCALHOST",
        "127.1",
        "127.0.1",
        "2130706433",
        "017700000001",
        "0x7f000001",
        "0x7f.0.0.1",
        "0",
        "0.0",
        "00000000",
        "127.0.0.1.",
        "[::1]",
        "[::]",
        "::",
        "[::ffff:127.0.0.1]",
        "[0:0:0:0:0:ffff:7f00:0001]",
        "fe80::1%lo",
        "[fe80::1%25lo]",
        "[::1%lo]",
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "169.16689662"
      })
  void noSpellingOfAPrivateHostResolves(String host) {
    assertThatThrownBy(() -> strict.resolve(host)).isInstanceOf(UpstreamFailure.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://a@127.0.0.1",
        "http://a:b@127.0.0.1",
        "http://127.0.0.1#@a",
        "http://127.0.0.1?a",
        "http://127.0.0.1\\@a",
        "http://a\t",
        "http:127.0.0.1",
        "http:///a",
        "//127.0.0.1",
        "file:///etc/passwd",
        "HTTP://127.0.0.1",
        "ftp://a",
        "http://①②⑦.⓪.⓪.①",
        "http://a_b@c",
        "http://127。0。0。1",
        "http://%31%32%37.0.0.1",
        "http://a:0",
        "http://a:65536",
        "http://",
        "http://[127.0.0.1]",
        "http://[::1]a",
        "http://a b",
        "http://0x7f000001:x",
        "http://a\r\nb"
      })
  void refusesUrlsThatParsersReadDifferently(String text) {
    Throwable refused =
        catchThrowable(
            () -> {
              URI url = new URI(text);
              BaseUrls.check("base_url", url);
              provider(url, true, null);
            });
    assertThat(refused).isInstanceOfAny(URISyntaxException.class, IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[::ffff:7f00:1]"
      })
  void connectsNowhereInsideWithoutPermission(String host) {
    assertThat(send("http://" + host + ":" + PORT, false, null))
        .isInstanceOfAny(UpstreamFailure.class, IllegalArgumentException.class);
    assertThat(connector.asked()).isEmpty();
  }

  @Test
  void whatLooksOctalIsReadAsItIsChecked() throws Exception {
    // C libraries read 0177 as 127. Java reads 177, checks that and connects to that.
    assertThat(strict.resolve("0177.0.0.1")).isEqualTo(ip("177.0.0.1"));
  }

  @Test
  void connectsInsideWithPermission() throws Exception {
    send("http://127.0.0.1:" + PORT, true, null);

    assertThat(connector.asked()).containsExactly(new InetSocketAddress(ip("127.0.0.1"), PORT));
  }

  @Test
  void aNameWithOnePrivateAddressAmongPublicOnesIsRefused() throws Exception {
    String name = TestingNames.name("mixed", List.of(List.of(ip("192.88.99.1"), ip("127.0.0.1"))));

    assertThat(send("http://" + name + ":" + PORT, false, null))
        .isInstanceOf(UpstreamFailure.class);
    assertThat(connector.asked()).isEmpty();
  }

  @Test
  void aNameIsResolvedOnceForEachConnection() throws Exception {
    String name =
        TestingNames.name("rebound", List.of(List.of(ip("192.88.99.1")), List.of(ip("127.0.0.1"))));

    send("http://" + name + ":" + PORT, false, null);

    assertThat(TestingNames.asked(name)).isOne();
    assertThat(connector.asked()).containsExactly(new InetSocketAddress(ip("192.88.99.1"), PORT));
  }

  @Test
  void aProxyIsHeldToTheSameRules() throws Exception {
    URI proxy = URI.create("http://127.0.0.1:" + PORT);
    String name = TestingNames.name("public", List.of(List.of(ip("192.88.99.1"))));

    assertThat(send("http://" + name, false, proxy)).isInstanceOf(UpstreamFailure.class);
    assertThat(connector.asked()).isEmpty();
  }

  private @Nullable Throwable send(String url, boolean allowPrivate, @Nullable URI proxy) {
    Upstream.Request request =
        new Upstream.Request("GET", "/models", List.of(), new byte[0], false, timeouts());
    return catchThrowable(
        () -> {
          Provider provider = provider(URI.create(url), allowPrivate, proxy);
          new HttpUpstream(provider, "/v1", connector).send(request, _ -> {}).close();
        });
  }

  private static Provider provider(URI url, boolean allowPrivate, @Nullable URI proxy) {
    return new Provider(
        new ProviderId(UUID.fromString("01980000-0000-7000-8000-000000000001")),
        new TenantId(UUID.fromString("01980000-0000-7000-8000-000000000002")),
        "p",
        ProviderKind.OPENAI,
        url,
        allowPrivate,
        new Provider.Options(null, null, proxy, null, null, false, timeouts()),
        Instant.EPOCH);
  }

  private static Timeouts timeouts() {
    Duration brief = Duration.ofMillis(500);
    return new Timeouts(brief, brief, brief, brief, Duration.ofSeconds(1), Duration.ZERO);
  }

  private static InetAddress ip(String text) throws UnknownHostException {
    return InetAddress.getByName(text);
  }
}
