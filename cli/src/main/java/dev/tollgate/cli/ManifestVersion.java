package dev.tollgate.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;

/// The version that the build wrote into the manifest of the program's jar; this module is a
/// library beside that jar.
final class ManifestVersion implements IVersionProvider {
  private static final String MANIFEST = "META-INF/MANIFEST.MF";
  private static final String OUR_PACKAGES = "dev.tollgate.";

  @Override
  public String[] getVersion() {
    return new String[] {"tollgate " + text()};
  }

  static String text() {
    String own = ManifestVersion.class.getPackage().getImplementationVersion();
    String version = own == null ? ofProgram() : own;
    return version == null ? "development" : version;
  }

  private static @Nullable String ofProgram() {
    try {
      ClassLoader loader = ManifestVersion.class.getClassLoader();
      for (URL place : Collections.list(loader.getResources(MANIFEST))) {
        String version = ofProgram(place);
        if (version != null) {
          return version;
        }
      }
      return null;
    } catch (IOException e) {
      return null;
    }
  }

  private static @Nullable String ofProgram(URL place) throws IOException {
    try (InputStream in = place.openStream()) {
      Attributes attributes = new Manifest(in).getMainAttributes();
      String main = attributes.getValue(Attributes.Name.MAIN_CLASS);
      boolean ours = main != null && main.startsWith(OUR_PACKAGES);
      return ours ? attributes.getValue(Attributes.Name.IMPLEMENTATION_VERSION) : null;
    }
  }
}
