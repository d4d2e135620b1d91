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
  private static final String URL = "OPENAI_BASE_URL";
  private static final String KEY = "OPENAI_API_KEY";
  private static final String FILE = "dev.env";

  private KnownGateway() {}

  static Gateway find(Map<String, String> environment, Path data) {
    Gateway named = from(environment);
    Gateway found = named == null ? from(read(data.resolve(FILE))) : named;
    if (found == null) {
      throw CommandFailure.failed(
          "No gateway is known. Start one with './tollgate dev'"
              + " or set OPENAI_BASE_URL and OPENAI_API_KEY.");
    }
    return found;
  }

  private static @Nullable Gateway from(Map<String, String> settings) {
    String url = settings.getOrDefault(URL, "");
    String key = settings.getOrDefault(KEY, "");
    return url.isBlank() || key.isBlank() ? null : Gateway.of(url, key);
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
