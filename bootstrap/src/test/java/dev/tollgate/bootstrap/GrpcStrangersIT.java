package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.bootstrap.AttackedGateway.Server;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What a stranger without a token can send to the two ports of gRPC. Those who are slow begin
/// first and are looked for last, so that their patience costs the tests no time.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GrpcStrangersIT {
  private static AttackedGateway gateway;
  private static final List<SlowStrangers> SLOW = new ArrayList<>();
  private static long began;

  @BeforeAll
  static void start() throws Exception {
    gateway = AttackedGateway.start();
    SlowStrangers.prepare(gateway);
    for (Server server : Server.values()) {
      SLOW.add(new SlowStrangers(gateway, server));
    }
    began = System.nanoTime();
  }

  @AfterAll
  static void stop() throws Exception {
    for (SlowStrangers each : SLOW) {
      each.close();
    }
    gateway.close();
  }

  static List<Arguments> attacks() {
    List<Arguments> all = new ArrayList<>();
    add(all, "sixteen thousand references to one large header", GrpcAttacks::bomb);
    add(all, "empty continuations", port -> GrpcAttacks.continuations(port, new byte[0], 200_000));
    add(
        all,
        "continuations of 1 MB",
        port -> GrpcAttacks.continuations(port, new byte[16_000], 64));
    add(all, "headers of 9 KB", port -> GrpcAttacks.largeHeaders(port, 9_000));
    add(all, "headers of 15 KB", port -> GrpcAttacks.largeHeaders(port, 15_000));
    add(all, "1 MB of metadata", GrpcAttacks::largeMetadata);
    add(all, "eight thousand idle streams", GrpcAttacks::idleStreams);
    add(all, "a hundred announced messages of 2 MB", GrpcAttacks::announcedMessages);
    add(all, "thirty messages that unpack to 15 MB", GrpcAttacks::packedMessages);
    add(all, "a message of 20 MB", GrpcAttacks::largeMessage);
    add(all, "connections that end with open calls", GrpcAttacks::leftCalls);
    add(
        all,
        "watches of the health without end",
        port -> GrpcAttacks.watches(port, _ -> gateway.goesOn()));
    add(all, "ten thousand streams that are reset", GrpcAttacks::rapidReset);
    add(all, "1,400 connections of resets", GrpcAttacks::connectionsOfResets);
    add(all, "windows that grow by nothing", GrpcAttacks::madeYouReset);
    add(all, "pings", port -> GrpcAttacks.flood(port, RawHttp2.PING, 0, new byte[8]));
    add(all, "settings", port -> GrpcAttacks.flood(port, RawHttp2.SETTINGS, 0, new byte[0]));
    add(all, "priorities", port -> GrpcAttacks.flood(port, RawHttp2.PRIORITY, 1, new byte[5]));
    add(
        all,
        "windows",
        port -> GrpcAttacks.flood(port, RawHttp2.WINDOW_UPDATE, 0, new byte[] {0, 0, 0, 1}));
    add(all, "frames of an unknown kind", port -> GrpcAttacks.flood(port, 200, 0, new byte[8]));
    add(all, "unread pings", port -> unread(port, RawHttp2.PING, 0, new byte[8]));
    add(all, "unread settings", port -> unread(port, RawHttp2.SETTINGS, 0, new byte[0]));
    add(all, "unread priorities", port -> unread(port, RawHttp2.PRIORITY, 1, new byte[5]));
    add(
        all,
        "unread windows",
        port -> unread(port, RawHttp2.WINDOW_UPDATE, 0, new byte[] {0, 0, 0, 1}));
    add(all, "unread frames of an unknown kind", port -> unread(port, 200, 0, new byte[8]));
    add(all, "a path with two hundred levels", GrpcAttacks::oddPaths);
    return all;
  }

  private static void unread(int port, int type, int stream, byte[] payload) throws Exception {
    GrpcAttacks.unread(port, type, stream, payload, _ -> gateway.goesOn());
  }

  private static void add(List<Arguments> all, String name, Attack attack) {
    for (Server server : Server.values()) {
      all.add(Arguments.of(server, name, attack));
    }
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("attacks")
  @Order(1)
  void nothingStops(Server server, String name, Attack attack) throws Exception {
    gateway.withstands(server, attack);
  }

  /// Connections on which nothing comes, or half of what should.
  @Test
  @Order(2)
  void whoIsSilentIsClosed() throws Exception {
    List<RawHttp2> soon = new ArrayList<>();
    for (Server server : Server.values()) {
      int port = gateway.port(server);
      RawHttp2 half = new RawHttp2(port, false);
      half.write("PRI * HT".getBytes(StandardCharsets.US_ASCII));
      soon.add(half);
      soon.add(new RawHttp2(port, false));
      RawHttp2 web = new RawHttp2(port, false);
      web.write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      soon.add(web);
    }
    for (RawHttp2 each : soon) {
      assertThat(each.isClosedWithin(30_000)).isTrue();
      each.close();
    }
    gateway.goesOn();
  }

  @ParameterizedTest
  @EnumSource
  @Order(3)
  void whoIsSlowIsGivenUp(Server server) throws Exception {
    int seconds = (int) Duration.ofNanos(System.nanoTime() - began).toSeconds();
    SLOW.get(server.ordinal()).areGivenUp(seconds);
    gateway.goesOn();
  }
}
