package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.testkit.BoundedWait;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that connect and say nothing, or little. */
class ConnectionTest {
  private static final int MOST = 40;
  private static final int OF_ONE = 20;
  private static final String HEALTH = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String CALL =
      "GET /v1/executions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + VIC + "\r\n\r\n";

  @TempDir static Path folder;

  @AutoClose private static Served served;

  private final List<Socket> open = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    served =
        Served.start(
            folder, ServerFixture.bounds(new ServerConfig.Shares(8, 1_000_000, MOST, OF_ONE)));
  }

  @AfterEach
  void hangUp() throws IOException {
    for (var socket : open) {
      socket.close();
    }
    BoundedWait.until("all are closed", ServerFixture.SOON, () -> connections() == 0);
  }

  @Test
  void silentConnectionsOfOneAddressTakeItsShareAndNoMore() throws Exception {
    connect("127.0.0.2", 3 * OF_ONE);

    assertThat(RawCall.send(connect("127.0.0.2"), HEALTH).status()).isEqualTo(200);
    assertThat(connections()).isEqualTo(OF_ONE);
    assertThat(RawCall.ended(open.getFirst())).as("the first gave way").isTrue();
  }

  @Test
  void silentConnectionsOfManyAddressesKeepNobodyOut() throws Exception {
    for (int i = 2; i < 12; i++) {
      connect("127.0.0." + i, OF_ONE / 2);
    }

    assertThat(RawCall.send(connect("127.0.0.1"), HEALTH).status()).isEqualTo(200);
    assertThat(RawCall.send(connect("127.0.0.1"), CALL).status()).isEqualTo(200);
    assertThat(connections()).isEqualTo(MOST);
  }

  @Test
  void halfACallIsASilentConnection() throws Exception {
    for (int i = 0; i < 3 * OF_ONE; i++) {
      connect("127.0.0.2")
          .getOutputStream()
          .write("GET /healthz HT".getBytes(StandardCharsets.US_ASCII));
    }

    assertThat(RawCall.send(connect("127.0.0.2"), HEALTH).status()).isEqualTo(200);
  }

  @Test
  void strangersGiveWayBeforeCallers() throws Exception {
    var caller = connect("127.0.0.2");
    assertThat(RawCall.send(caller, CALL).status()).isEqualTo(200);
    BoundedWait.until("it is idle", ServerFixture.SOON, () -> connections() == 1);

    connect("127.0.0.2", 3 * OF_ONE);

    assertThat(RawCall.send(caller, CALL).status()).as("on the same connection").isEqualTo(200);
  }

  /** Both at once, since each is waited for. */
  @Test
  void endsConnectionsWhoseBodyDoesNotComeOrWasRefused() throws Exception {
    var slow =
        """
        POST /v1/tasks HTTP/1.1\r
        Host: a\r
        Authorization: Bearer %s\r
        Content-Type: application/json\r
        Content-Length: 20\r
        \r
        {\
        """
            .formatted(OLIVIA);
    var late = connect("127.0.0.1");
    var unknown = connect("127.0.0.1");

    var refused =
        RawCall.send(
            unknown, "POST /v1/tasks HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n{");
    var answer = RawCall.send(late, slow);

    assertThat(refused.status()).isEqualTo(401);
    assertThat(answer.status()).isEqualTo(408);
    assertThat(answer.json().path("place").asText()).isEqualTo("body");
    assertThat(RawCall.ended(late)).isTrue();
    assertThat(RawCall.ended(unknown)).isTrue();
  }

  private static int connections() {
    var line = served.server.metrics().text().lines().filter(l -> l.startsWith(GAUGE)).findFirst();
    return (int) Double.parseDouble(line.orElseThrow().substring(GAUGE.length()).strip());
  }

  private static final String GAUGE = "deployclaw_http_connections ";

  private void connect(String from, int times) throws IOException {
    for (int i = 0; i < times; i++) {
      connect(from);
    }
  }

  private Socket connect(String from) throws IOException {
    var socket = RawCall.open(served, from);
    open.add(socket);
    return socket;
  }
}
