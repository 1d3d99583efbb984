package dev.deployclaw.container.http.oidc;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A provider whose answers begin and never end. */
class ProviderClientTest {
  private static final Duration SHORT = Duration.ofMillis(300);

  private final CountDownLatch over = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer server;
  private ProviderClient client;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::begin);
    server.setExecutor(threads);
    server.start();
    client = new ProviderClient(URI.create(address("")), SHORT);
  }

  @AfterEach
  void stop() {
    over.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private String address(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private void begin(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    exchange.getResponseBody().write('{');
    exchange.getResponseBody().flush();
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aLookEndsInTime() {
    assertThatThrownBy(client::look)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("didn't answer in time");
  }

  @Test
  void anExchangeEndsInTime() {
    var token = URI.create(address("/token"));

    assertThatThrownBy(() -> client.identityToken(token, Map.of("code", "c"), Optional.empty()))
        .isInstanceOf(IOException.class)
        .hasMessage("/token didn't answer in time");
  }
}
