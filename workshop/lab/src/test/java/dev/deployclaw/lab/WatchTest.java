package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.lab.fault.FaultInjector;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.network.FakeHttpServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.commons.lang3.function.Failable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits that silently stop being enforced, on a real estate, and who is told. */
@Slow(
    guard = "dev.deployclaw.container.monitor.EnforcementMonitorTest",
    because = "it waits for the rounds of an agent that watches")
class WatchTest {
  private static final Duration SOON = Duration.ofMinutes(2);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path folder;

  private static LiveEstate estate;
  private static FakeHttpServer hook;
  private static ServingAgent sidecar;

  @BeforeAll
  static void start() throws Exception {
    hook = FakeHttpServer.answering(204);
    estate = LiveEstate.start(folder);
    Files.writeString(
        estate.lab().config(),
        """

        notify:
          - {name: hook, type: webhook, url: "%s/", secret: 0123456789abcdef}
        """
            .formatted(hook.url()),
        StandardOpenOption.APPEND);
    sidecar = ServingAgent.start(estate, Map.of("DEPLOYCLAW_WATCH_HEARTBEAT", "2s"));
    BoundedWait.until(
        "all points are well", SOON, () -> states().equals(List.of("ok", "ok", "ok")));
  }

  @AfterAll
  static void stop() {
    if (sidecar != null) {
      sidecar.close();
    }
    if (estate != null) {
      estate.close();
    }
    hook.close();
  }

  @Test
  void tellsOfAServiceThatCountsInAWrongRedisAndThatItIsOver() throws Exception {
    String namespace = estate.config().gateways().getFirst().gateway().namespace();
    var points =
        estate.config().gateways().stream()
            .filter(g -> g.gateway().namespace().equals(namespace))
            .map(g -> "gateway/" + namespace + "/" + g.gateway().name())
            .toList();

    FaultInjector.in(estate.lab().folder()).inflict(List.of("wrong-redis", namespace));

    BoundedWait.until("the webhook is told", SOON, () -> told(namespace, "firing").isPresent());
    var notice = told(namespace, "firing").orElseThrow();
    assertThat(notice.path("severity").asText()).isEqualTo("critical");
    assertThat(texts(notice.path("members"))).containsExactlyElementsOf(points);
    assertThat(notice.path("summary").asText()).startsWith("NOT_ENFORCED").contains(points);
    BoundedWait.until(
        "its restart is over, and only the Redis is wrong",
        SOON,
        () -> reasons().stream().anyMatch(r -> r.startsWith("counts in another Redis")));
    assertThat(states()).contains("not_enforced", "ok");
    String series = "point=\"" + points.getFirst() + "\",state=\"not_enforced\"} 1";
    BoundedWait.until(
        "it is measured", SOON, () -> sidecar.get("/metrics").body().contains(series));
    String line = points.getFirst() + " is not_enforced: counts in another Redis";
    BoundedWait.until("status says so", SOON, () -> estate.run("status").out().contains(line));
    assertThat(told("firing")).hasSize(1);

    assertThat(FaultInjector.in(estate.lab().folder()).heal().broken()).isEmpty();

    BoundedWait.until("it is resolved", SOON, () -> told(namespace, "resolved").isPresent());
    var over = told(namespace, "resolved").orElseThrow();
    assertThat(over.path("fingerprint")).isEqualTo(notice.path("fingerprint"));
    BoundedWait.until(
        "all points are well", SOON, () -> states().equals(List.of("ok", "ok", "ok")));
    estate.checker().assertWhole();
  }

  /** What the webhook heard of this namespace's enforcement. */
  private static Optional<JsonNode> told(String namespace, String status) {
    return told(status).stream()
        .filter(n -> n.path("subject").asText().equals(namespace))
        .findFirst();
  }

  private static List<JsonNode> told(String status) {
    return hook.requests().stream()
        .map(WatchTest::json)
        .filter(n -> n.path("event").asText().equals("not-enforced"))
        .filter(n -> n.path("status").asText().equals(status))
        .toList();
  }

  private static JsonNode json(FakeHttpServer.Request request) {
    return Failable.get(() -> JSON.readTree(request.bytes()));
  }

  private static List<String> states() {
    var watch = sidecar.get("/v1/watch").json();
    return elements(watch.path("points")).map(p -> p.path("state").asText()).toList();
  }

  private static List<String> reasons() {
    var watch = sidecar.get("/v1/watch").json();
    return elements(watch.path("points")).map(p -> p.path("reason").asText()).toList();
  }

  private static List<String> texts(JsonNode array) {
    return elements(array).map(JsonNode::asText).toList();
  }

  private static Stream<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
