package dev.tollgate.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds the gateway to talk to: the environment when it names both address and key, else the file
/// that `tollgate dev` wrote. The two are never mixed, so that no key goes to a stranger's address.
final class KnownGateway {
  /// How a call and how an administrator's request find their way.
  enum Use {
    CALLS("OPENAI_BASE_URL", "OPENAI_API_KEY", "http://localhost:8080/v1"),
    MANAGEMENT("TOLLGATE_URL", "TOLLGATE_ADMIN_TOKEN", "http://localhost:8080");

    final String url;
    final String key;
    final String example;

    Use(String url, String key, String example) {
      this.url = url;
      this.key = key;
      this.example = example;
    }
  }

  private static final String FILE = "dev.env";

  private KnownGateway() {}

  /// The gateway that calls go to.
  static Gateway find(Map<String, String> environment, Path data) {
    return find(Use.CALLS, environment, data);
  }

  static Gateway find(Use use, Map<String, String> environment, Path data) {
    Gateway named = from(use, environment);
    Gateway found = named == null ? from(use, read(data.resolve(FILE))) : named;
    if (found == null && !environment.getOrDefault(use.url, "").isBlank()) {
      throw new CommandFailure(
          CommandFailure.SIGN_IN_NEEDED, use.url + " is set and " + use.key + " is not.");
    }
    if (found == null) {
      throw CommandFailure.failed(
          "No gateway is known. Start one with './tollgate dev'"
              + " or set "
              + use.url
              + " and "
              + use.key
              + ".");
    }
    return found;
  }

  private static @Nullable Gateway from(Use use, Map<String, String> settings) {
    String url = settings.getOrDefault(use.url, "");
    String key = settings.getOrDefault(use.key, "");
    return url.isBlank() || key.isBlank() ? null : Gateway.of(use, url, key);
  }

  private static Map<String, String> read(Path file) {
    try {
      return DevEnv.parse(Files.readAllLines(file));
    } catch (NoSuchFileException | NotDirectoryException e) {
      return Map.of();
    } catch (AccessDeniedException e) {
      throw CommandFailure.failed(file + " cannot be read: it belongs to another user.");
    } catch (IOException e) {
      throw CommandFailure.failed(file + " cannot be read: " + e.getMessage());
    } catch (DevEnv.BadLine e) {
      throw CommandFailure.failed(file + " is damaged: " + e.getMessage() + ".");
    }
  }
}
