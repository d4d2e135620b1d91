package dev.tollgate.http.rest;

import dev.tollgate.http.connection.WholeAnswer;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/// `/docs/api`: the contract in Swagger UI, to read and to try. Nothing in it comes from elsewhere,
/// and no script or style stands in the page itself.
public final class ApiDocs implements HttpService {
  public static final String PATH = "/docs/api";

  private static final String UI = "/META-INF/resources/webjars/swagger-ui/5.34.1/";
  private static final String OWN = "/dev/tollgate/http/rest/";
  private static final Header POLICY =
      HeaderValues.createCached(
          HeaderNames.create("content-security-policy"),
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
              + " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
              + " frame-ancestors 'none'");
  private static final Header NO_SNIFF =
      HeaderValues.createCached(HeaderNames.create("x-content-type-options"), "nosniff");
  private static final Header NO_REFERRER =
      HeaderValues.createCached(HeaderNames.create("referrer-policy"), "no-referrer");
  private static final Header AN_HOUR =
      HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "public, max-age=3600");

  /// What is served, and where it lies on the class path.
  private static final Map<String, File> FILES =
      Map.of(
          "", new File(OWN + "docs.html", "text/html; charset=utf-8"),
          "/start.js", new File(OWN + "docs.js", "text/javascript; charset=utf-8"),
          "/swagger-ui.css", new File(UI + "swagger-ui.css", "text/css; charset=utf-8"),
          "/swagger-ui-bundle.js",
              new File(UI + "swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
          "/favicon.png", new File(UI + "favicon-32x32.png", "image/png"));

  private record File(String resource, String type) {}

  @Override
  public void routing(HttpRules rules) {
    FILES.forEach(
        (path, file) ->
            rules
                .get(path, (request, response) -> send(file, request, response))
                .head(path, (request, response) -> send(file, request, response)));
  }

  private static void send(File file, ServerRequest request, ServerResponse response) {
    response
        .header(HeaderValues.create(HeaderNames.CONTENT_TYPE, file.type()))
        .header(POLICY)
        .header(NO_SNIFF)
        .header(NO_REFERRER)
        .header(AN_HOUR);
    WholeAnswer.send(request, response, bytes(file));
  }

  private static byte[] bytes(File file) {
    try (InputStream in = ApiDocs.class.getResourceAsStream(file.resource())) {
      if (in == null) {
        throw new IllegalStateException(file.resource() + " is not on the class path");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
