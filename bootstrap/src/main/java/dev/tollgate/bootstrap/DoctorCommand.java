package dev.tollgate.bootstrap;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.bootstrap.Finding.Level;
import dev.tollgate.grpc.GrpcSettings;
import dev.tollgate.http.server.HttpSettings;
import dev.tollgate.persistence.embedded.EmbeddedDatabase;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `./tollgate doctor`: says what is wrong with an installation and what to do.
@Command(
    name = "doctor",
    description =
        "Looks at configuration, database, clock, partitions, disk, ports, file limit, master keys and"
            + " provider credentials. Changes nothing.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:all is well",
      "1:there is a fault",
      "2:the command was not understood",
      "3:there are warnings and no fault"
    })
final class DoctorCommand implements Callable<Integer> {
  private static final int FAULTY = 1;
  private static final int WARNED = 3;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings of 'serve'; without it, the folder of 'dev' is looked at.")
  private @Nullable Path config;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "The folder of 'dev' (default ${DEFAULT-VALUE}).")
  private Path data = Path.of(DevCommand.DEFAULT_DATA);

  @Option(names = "--json", description = "One JSON document instead of lines.")
  private boolean json;

  @Option(names = "--offline", description = "Do not ask providers whether credentials work.")
  private boolean offline;

  @Override
  public Integer call() {
    Logs.configure(Logs.Form.TEXT);
    List<Finding> findings = new ArrayList<>();
    Doctor.Patient patient = patient(findings);
    if (patient != null) {
      findings.addAll(new Doctor(patient).examine());
    }
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    if (json) {
      out.println(document(findings));
    } else {
      findings.forEach(each -> out.println(line(each)));
    }
    return status(findings);
  }

  private Doctor.@Nullable Patient patient(List<Finding> findings) {
    Path file = config;
    if (file == null) {
      Path folder = data.toAbsolutePath().normalize();
      boolean exists = Files.isDirectory(folder);
      findings.add(
          exists
              ? Finding.ok("configuration", "the folder of 'dev': " + folder)
              : Finding.warning(
                  "configuration",
                  "there is no folder " + folder,
                  "Start one with ./tollgate dev, or name the settings of a node with --config."));
      return exists
          ? new Doctor.Patient(
              EmbeddedDatabase.running(folder.resolve("postgres")).orElse(null),
              folder.resolve("master.keys"),
              "Restore it from a backup, or delete the folder " + folder + " to begin anew.",
              "Stop the './tollgate dev' of this folder, if one runs, and start it again; its"
                  + " postgres/postgres.log tells more.",
              "127.0.0.1",
              Map.of(),
              Map.of(),
              folder,
              !offline)
          : null;
    }
    try {
      ServeSettings settings = ServeSettings.read(Settings.read(file, System.getenv()));
      findings.add(Finding.ok("configuration", file + " is complete"));
      Path disk = settings.options().data();
      return new Doctor.Patient(
          settings.database(),
          settings.keysFile(),
          "Restore it from a backup; of a new installation: ./tollgate init --keys "
              + Shell.word(settings.keysFile()),
          "Check database.url and the role's password; deploy/roles.sql makes the roles.",
          settings.http().host(),
          ports(settings),
          settings.http().tls(),
          disk == null ? Path.of("").toAbsolutePath() : disk,
          !offline);
    } catch (StartFailure e) {
      findings.add(
          Finding.fault(
              "configuration",
              Doctor.withoutStop(e.getMessage()),
              "docs/config.md has every setting."));
      return null;
    }
  }

  private static Map<String, Integer> ports(ServeSettings settings) {
    HttpSettings http = settings.http();
    Map<String, Integer> ports = new LinkedHashMap<>();
    ports.put("http.port", http.ports().calls());
    Integer management = http.ports().management();
    if (management != null) {
      ports.put("http.management_port", management);
    }
    ports.put("http.ops_port", http.ports().ops());
    GrpcSettings grpc = settings.options().grpc();
    if (grpc != null) {
      ports.put("grpc.port", grpc.port());
      if (grpc.helidon() != null) {
        ports.put("grpc.helidon.port", grpc.helidon().port());
      }
    }
    return ports;
  }

  private static int status(List<Finding> findings) {
    if (findings.stream().anyMatch(each -> each.level() == Level.FAULT)) {
      return FAULTY;
    }
    return findings.stream().anyMatch(each -> each.level() == Level.WARNING) ? WARNED : 0;
  }

  /// One line, whatever a provider's message has in it.
  static String line(Finding finding) {
    return "%-8s %s: %s%s"
        .formatted(
            finding.level().wire(),
            finding.check(),
            finding.text(),
            finding.cure().isEmpty() ? "" : ". " + finding.cure())
        .replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ");
  }

  private static ObjectNode document(List<Finding> findings) {
    ObjectNode document = new ObjectMapper().createObjectNode();
    document.put("ok", status(findings) == 0);
    ArrayNode all = document.putArray("findings");
    for (Finding each : findings) {
      all.addObject()
          .put("check", each.check())
          .put("level", each.level().wire())
          .put("text", each.text())
          .put("cure", each.cure());
    }
    return document;
  }
}
