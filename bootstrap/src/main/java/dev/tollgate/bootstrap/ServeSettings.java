package dev.tollgate.bootstrap;

import dev.tollgate.http.server.HttpSettings;
import dev.tollgate.persistence.database.DatabaseConfig;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The settings of a node as one validated tree.
///
/// @param tokenFile where the first administrator's token is read from or left, or null
record ServeSettings(
    DatabaseConfig database,
    Path keysFile,
    @Nullable String tokenFile,
    HttpSettings http,
    String tenant,
    boolean simulatedProvider,
    GatewayOptions options) {
  /// @throws StartFailure naming the setting
  static ServeSettings read(Settings settings) {
    ServeSettings all =
        new ServeSettings(
            database(settings),
            Path.of(settings.text("keys_file")),
            settings.textOrNull("bootstrap_token_file"),
            ListenerSettings.read(settings),
            settings.text("tenant", "Home"),
            settings.flag("simulated_provider", false),
            GatewayOptions.read(settings));
    settings.done();
    return all;
  }

  private static DatabaseConfig database(Settings settings) {
    Map<Role, String> passwords = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      String name = "database." + role.name().toLowerCase(Locale.ROOT) + "_password";
      passwords.put(role, settings.secret(name));
    }
    String url = settings.text("database.url");
    if (!url.startsWith("jdbc:postgresql://") || url.contains("?")) {
      throw new StartFailure(
          "The setting database.url must be of the form jdbc:postgresql://host:5432/tollgate.",
          null);
    }
    return new DatabaseConfig(url, passwords);
  }
}
