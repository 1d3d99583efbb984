package dev.deployclaw.policy.replay.accesslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.policy.replay.accesslog.AccessLogFormat.LineParser.Unread;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessLogFormatTest {
  private static final String COMBINED =
      "203.0.113.7 - acme [26/Nov/2026:06:00:01 +0100] \"GET /search/items?q=1 HTTP/1.1\" 200 12"
          + " \"-\" \"curl/8.0 \\x22x\\x22\"";

  @Test
  void readsTheCombinedFormat() throws Exception {
    var request = AccessLogFormat.COMBINED.lines().read(COMBINED);

    assertThat(request.micros()).isEqualTo(1_795_669_201_000_000L);
    assertThat(request.client()).isEqualTo("203.0.113.7");
    assertThat(request.user()).isEqualTo("acme");
    assertThat(request.method()).isEqualTo("GET");
    assertThat(request.uri()).isEqualTo("/search/items?q=1");
  }

  @Test
  void readsAHostInFront() throws Exception {
    var request = AccessLogFormat.VHOST_COMBINED.lines().read("Acme.example.test:443 " + COMBINED);

    assertThat(request.host()).isEqualTo("acme.example.test");
    assertThat(request.client()).isEqualTo("203.0.113.7");
  }

  @Test
  void readsJsonWithTheNamesThatAreUsed() throws Exception {
    var nginx =
        AccessLogFormat.JSON
            .lines()
            .read(
                "{\"msec\":\"1795669201.250\",\"remote_addr\":\"::1\",\"request\":"
                    + "\"POST /a HTTP/2\",\"host\":\"Acme.test:80\",\"http_x_plan\":\"gold\"}");
    var other =
        AccessLogFormat.JSON
            .lines()
            .read("{\"time\":\"2026-11-26T05:00:01.25Z\",\"method\":\"get\",\"path\":\"/b\"}");

    assertThat(nginx.micros()).isEqualTo(1_795_669_201_250_000L);
    assertThat(nginx.host()).isEqualTo("acme.test");
    assertThat(nginx.method()).isEqualTo("POST");
    assertThat(nginx.header("x-plan")).isEqualTo("gold");
    assertThat(other.micros()).isEqualTo(nginx.micros());
    assertThat(other.method()).isEqualTo("GET");
  }

  @Test
  void readsTheLogOfARenderedGatewayButNoProbe() throws Exception {
    String line =
        "1795669201.250 status=200 dc_probe=%s dc_epoch=3 host=\"acme.example.test\""
            + " dc_execution=\"\" request=\"GET /a b seconds=0.001";

    var request =
        AccessLogFormat.DEPLOYCLAW.lines().read(line.formatted("").replace("/a b", "/a/b\""));

    assertThat(request.uri()).isEqualTo("/a/b");
    assertThatThrownBy(() ->
            AccessLogFormat.DEPLOYCLAW.lines().read(line.formatted("1").replace("/a b", "/a/b\"")))
        .isInstanceOf(Unread.class)
        .hasMessageContaining("synthetic");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "1.2.3.4 - - [no time] \"GET / HTTP/1.1\" 200 1",
        "1.2.3.4 - - [26/Nov/2026:06:00:01 +0100] \"\\x16\\x03\" 400 1",
        "1.2.3.4 - - [26/Nov/2026:06:00:01 +0100",
      })
  void saysWhyALineIsNoRequest(String line) {
    assertThatThrownBy(() -> AccessLogFormat.COMBINED.lines().read(line))
        .isInstanceOf(Unread.class)
        .message()
        .isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[]",
        "{\"time\":1}",
        "{\"time\":\"soon\",\"uri\":\"/a\",\"method\":\"GET\"}",
        "null"
      })
  void saysWhyAnObjectIsNoRequest(String line) {
    assertThatThrownBy(() -> AccessLogFormat.JSON.lines().read(line)).isInstanceOf(Unread.class);
  }

  @Test
  void findsTheFormatOfALine() {
    assertThat(AccessLogFormat.of(COMBINED)).contains(AccessLogFormat.COMBINED);
    assertThat(AccessLogFormat.of("acme.test:80 " + COMBINED))
        .contains(AccessLogFormat.VHOST_COMBINED);
    assertThat(AccessLogFormat.of("{\"time\":1,\"method\":\"GET\",\"uri\":\"/\"}"))
        .contains(AccessLogFormat.JSON);
    assertThat(AccessLogFormat.of("hello")).isEmpty();
  }
}
