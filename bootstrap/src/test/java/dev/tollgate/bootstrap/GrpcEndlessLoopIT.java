package dev.tollgate.bootstrap;

import dev.tollgate.bootstrap.AttackedGateway.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A header that is larger than the table it is to be kept in. Helidon's own decoder never ends
/// with one, and would take the process with it: these have a gateway of their own.
class GrpcEndlessLoopIT {
  private AttackedGateway gateway;

  @BeforeEach
  void start() throws Exception {
    gateway = AttackedGateway.start();
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @ParameterizedTest
  @EnumSource
  void aHeaderThatFitsInNoTable(Server server) throws Exception {
    gateway.withstands(server, GrpcAttacks::largeLiteral);
    gateway.withstands(server, GrpcAttacks::emptyTable);
  }
}
