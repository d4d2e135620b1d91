package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Every kind of request behind real proxies that share their connections among callers: HAProxy
/// with `http-reuse always`, and nginx. Not part of `./mvnw verify`, for it needs both programs:
/// `bench/faults proxies`.
class ProxyFaults extends EveryRouteTest {
  private static final List<Process> PROXIES = new ArrayList<>();
  private static final int HAPROXY = 22_000 + (int) (ProcessHandle.current().pid() % 8_000);
  private static final int NGINX = HAPROXY + 1;

  private final AtomicInteger next = new AtomicInteger();

  @BeforeAll
  static void startProxies() throws Exception {
    int port = TestingGateway.shared().dev().port();
    Path folder = Files.createTempDirectory("tollgate-proxies");
    Path haproxy = folder.resolve("haproxy.cfg");
    Files.writeString(
        haproxy,
        """
        defaults
          mode http
          timeout connect 5s
          timeout client 30s
          timeout server 30s
          http-reuse always
        frontend callers
          bind 127.0.0.1:%d
          default_backend gateway
        backend gateway
          server one 127.0.0.1:%d
        """
            .formatted(HAPROXY, port));
    Path nginx = folder.resolve("nginx.conf");
    Files.writeString(
        nginx,
        """
        daemon off;
        master_process off;
        pid %1$s/nginx.pid;
        error_log %1$s/nginx.log;
        events { worker_connections 1024; }
        http {
          access_log off;
          client_body_temp_path %1$s/body;
          proxy_temp_path %1$s/proxy;
          fastcgi_temp_path %1$s/fastcgi;
          uwsgi_temp_path %1$s/uwsgi;
          scgi_temp_path %1$s/scgi;
          upstream gateway { server 127.0.0.1:%3$d; keepalive 4; }
          server {
            listen 127.0.0.1:%2$d;
            location / {
              proxy_pass http://gateway;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              proxy_request_buffering off;
            }
          }
        }
        """
            .formatted(folder, NGINX, port));
    PROXIES.add(launch(folder, "haproxy", "haproxy", "-db", "-f", haproxy.toString()));
    PROXIES.add(launch(folder, "nginx", "nginx", "-c", nginx.toString()));
    for (int proxy : List.of(HAPROXY, NGINX)) {
      await(proxy);
    }
  }

  @AfterAll
  static void stopProxies() {
    PROXIES.forEach(Process::destroy);
  }

  private static Process launch(Path folder, String name, String... command) throws Exception {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(name + ".out").toFile())
        .start();
  }

  private static void await(int port) {
    Eventually.holds("a proxy listens on port " + port, () -> isOpen(port));
  }

  private static boolean isOpen(int port) {
    try (RawSocket _ = RawSocket.connect(port)) {
      return true;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  @Override
  int port(Route route) {
    return next.getAndIncrement() % 2 == 0 ? HAPROXY : NGINX;
  }

  /// What follows a complete request is the caller's next one to a proxy, and rightly so.
  @Override
  List<Framing> framings() {
    return super.framings().stream()
        .filter(
            each ->
                !each.name().equals("chunked that hides behind its end")
                    && !each.name().equals("expect without a body"))
        .toList();
  }

  /// Operations have a port of their own, which no proxy leads to.
  @Override
  List<Route> routes() {
    return super.routes().stream().filter(each -> !each.ops()).toList();
  }

  /// While strangers do what they like, each administrator gets the answer to its own question.
  @Test
  void whatHonestRequestsAskIsWhatTheyGet() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    Map<String, String> ignored = new ConcurrentSkipListMap<>();
    Map<String, String> wrong = new ConcurrentSkipListMap<>();
    AtomicInteger asked = new AtomicInteger();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> honest = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        String project = gateway.newProject();
        int proxy = i % 2 == 0 ? HAPROXY : NGINX;
        honest.add(threads.submit(() -> ask(project, proxy, over, asked, wrong)));
      }
      List<Future<?>> hostile = new ArrayList<>();
      for (Route route : routes()) {
        for (Framing framing : framings()) {
          hostile.add(threads.submit(() -> exchange(route, framing, ignored)));
        }
      }
      for (Future<?> each : hostile) {
        each.get(120, TimeUnit.SECONDS);
      }
      over.set(true);
      for (Future<?> each : honest) {
        each.get(30, TimeUnit.SECONDS);
      }
    }
    System.out.printf("proxies: %d honest requests among the others%n", asked.get());
    assertThat(asked.get()).isGreaterThan(100);
    assertThat(wrong).isEmpty();
  }

  private void ask(
      String project,
      int proxy,
      AtomicBoolean over,
      AtomicInteger asked,
      Map<String, String> wrong) {
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      while (!over.get()) {
        HttpResponse<String> answer =
            client.send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + proxy + "/api/v1/projects/" + project))
                    .timeout(Duration.ofSeconds(20))
                    .header("authorization", "Bearer " + gateway.adminToken())
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        asked.incrementAndGet();
        if (answer.statusCode() != 200 || !answer.body().contains(project)) {
          wrong.put(project, answer.statusCode() + " " + answer.body());
        }
      }
    } catch (IOException e) {
      wrong.put(project, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
