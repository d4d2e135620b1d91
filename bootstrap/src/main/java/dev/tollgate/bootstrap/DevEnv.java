package dev.tollgate.bootstrap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `dev.env`: what a shell needs to use a `dev` gateway. Sourcing it never configures a server.
record DevEnv(String url, String opsUrl, String grpc, String adminToken, String key) {
  private static final String TOKEN_PREFIX = "tga_";
  private static final String DIGITS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  DevEnv at(String newUrl, String newOpsUrl, String newGrpc) {
    return new DevEnv(newUrl, newOpsUrl, newGrpc, adminToken, key);
  }

  void write(Path file) throws IOException {
    String host = url.replaceFirst("https?://", "");
    PrivateFiles.write(
        file,
        "# Settings of this gateway for your shell: source this file.\n"
            + line("TOLLGATE_URL", url)
            + line("TOLLGATE_OPS", opsUrl)
            + line("TOLLGATE_GRPC", grpc)
            + line("TOLLGATE_ADMIN_TOKEN", adminToken)
            + line("OPENAI_BASE_URL", url + "/v1")
            + line("OPENAI_API_KEY", key)
            + line("ANTHROPIC_BASE_URL", url)
            + line("ANTHROPIC_API_KEY", key)
            + noProxy("localhost,127.0.0.1" + (isLocal(host) ? "" : "," + host)));
  }

  /// Added to what the shell has, once.
  private static String noProxy(String hosts) {
    return "case \",${NO_PROXY-},\" in *,"
        + hosts
        + ",*) ;; *) NO_PROXY=\""
        + hosts
        + "${NO_PROXY:+,$NO_PROXY}\"; export NO_PROXY ;; esac\n";
  }

  /// The settings in a file, or null when there is none or it lacks a secret.
  static @Nullable DevEnv read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return null;
    }
    Map<String, String> values = new HashMap<>();
    for (String line : Files.readAllLines(file)) {
      int equals = line.indexOf('=');
      if (line.startsWith("export ") && equals > 0) {
        values.put(
            line.substring("export ".length(), equals),
            line.substring(equals + 1).replaceAll("^'|'$", ""));
      }
    }
    String token = values.get("TOLLGATE_ADMIN_TOKEN");
    String key = values.get("OPENAI_API_KEY");
    return token == null || key == null ? null : new DevEnv("", "", "", token, key);
  }

  static String newAdminToken(SecureRandom random) {
    StringBuilder token = new StringBuilder(TOKEN_PREFIX);
    for (int i = 0; i < 43; i++) {
      token.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
    }
    return token.toString();
  }

  private static boolean isLocal(String host) {
    return host.startsWith("localhost") || host.startsWith("127.0.0.1");
  }

  private static String line(String name, String value) {
    return "export " + name + "='" + value + "'\n";
  }

  @Override
  public String toString() {
    return "DevEnv[" + url + "]";
  }
}
