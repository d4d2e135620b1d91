package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The example of docs/examples runs on the stubs alone: no other class of Tollgate is there.
class StubsIT {
  @Test
  void theExampleNeedsNothingButTheStubs() throws Exception {
    try (RunningProgram program =
        RunningProgram.start(
            RunningProgram.newFolder(), "./tollgate dev --port 0 --ops-port 0 --grpc-port 0")) {
      Map<String, String> env = program.env();
      String said =
          new TestingClient(Path.of("target"))
              .run(
                  Map.of(
                      "TOLLGATE_GRPC", RunningProgram.setting(env, "TOLLGATE_GRPC"),
                      "TOLLGATE_ADMIN_TOKEN", RunningProgram.setting(env, "TOLLGATE_ADMIN_TOKEN")),
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--class-path",
                  String.join(":", classPath()),
                  Path.of("../docs/examples/ManageKeys.java").toAbsolutePath().toString(),
                  "stubs");
      assertThat(said).contains("tgk_").contains(" ci");
    }
  }

  private static List<String> classPath() throws IOException {
    List<String> jars = new ArrayList<>();
    try (Stream<Path> made = Files.list(Path.of("../proto/target"));
        Stream<Path> libraries = Files.list(Path.of("target/libs"))) {
      made.filter(each -> each.toString().endsWith("-stubs.jar"))
          .forEach(each -> jars.add(each.toAbsolutePath().toString()));
      assertThat(jars).hasSize(1);
      libraries
          .filter(
              each ->
                  each.getFileName()
                      .toString()
                      .matches(
                          "(grpc|netty|protobuf|proto-google|guava|perfmark|failureaccess|jspecify).*"))
          .forEach(each -> jars.add(each.toAbsolutePath().toString()));
    }
    return jars;
  }
}
