package dev.deployclaw.container.http.route;

import static dev.deployclaw.container.http.Served.ANN;
import static dev.deployclaw.container.http.Served.VIC;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.http.Events;
import dev.deployclaw.container.http.Served;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Following an execution over HTTP. */
class EventStreamTest {
  @TempDir Path folder;

  @AutoClose private Served served;

  @BeforeEach
  void start() throws Exception {
    var d = ServerConfig.Bounds.DEFAULT;
    served =
        Served.start(
            folder,
            new ServerConfig.Bounds(
                d.queue(),
                d.bodyBytes(),
                d.requestsPerMinute(),
                2,
                Duration.ofMillis(100),
                d.look(),
                d.leaderWait(),
                d.stopWithin(),
                d.keepLogs(),
                d.shares()));
  }

  @Test
  void tellsThoughtsAsTheyHappenAndEndsWithTheResult() {
    served.brake.at("redis.publish");
    String id = served.submit("apply");

    try (var events = Events.open(served, follow(id))) {
      var before = events.until(e -> e.data().contains("Recorded: committed"));
      served.brake.awaitReached();
      served.brake.release();
      var after = events.all();

      assertThat(before).extracting(Events.Event::kind).contains("thought");
      assertThat(after.getLast().kind()).isEqualTo("result");
      assertThat(after.getLast().data()).contains("\"result\":\"COMPLETED\"", id);
      var thoughts = thoughts(before);
      thoughts.addAll(thoughts(after));
      assertThat(ids(thoughts))
          .containsExactlyElementsOf(LongStream.rangeClosed(1, thoughts.size()).boxed().toList());
      assertThat(thoughts).hasSize(served.world.journal.read(id).size());
    }
  }

  @Test
  void goesOnFromTheLastEventThatTheClientHas() {
    String id = served.done("apply", "COMPLETED");
    int records = served.world.journal.read(id).size();

    try (var events = Events.open(served, follow(id).header("Last-Event-ID", "4"))) {
      var all = events.all();

      assertThat(ids(thoughts(all)).getFirst()).isEqualTo(5);
      assertThat(thoughts(all)).hasSize(records - 4);
      assertThat(all.getLast().kind()).isEqualTo("result");
    }
    var nothing = served.send(follow(id).header("Last-Event-ID", Integer.toString(records)).GET());
    assertThat(nothing.status()).isEqualTo(204);
  }

  @Test
  void keepsAQuietStreamAlive() {
    served.brake.at("redis.stage");
    String id = served.submit("apply");
    served.brake.awaitReached();

    try (var events = Events.open(served, follow(id))) {
      assertThat(events.until(e -> e.kind().equals("comment")).getLast().kind())
          .isEqualTo("comment");
      served.brake.release();
      assertThat(events.all().getLast().kind()).isEqualTo("result");
    }
  }

  @Test
  void goesOnOverAHold() {
    String id = served.done("apply manually", "HELD");
    List<Events.Event> first;
    try (var events = Events.open(served, follow(id))) {
      first = events.all();
      assertThat(first.getLast().data()).contains("HELD");
    }
    served.approve(id, ANN);
    var last = thoughts(first).getLast();

    try (var events = Events.open(served, follow(id).header("Last-Event-ID", last.id()))) {
      var rest = events.all();

      assertThat(rest.getLast().data()).contains("COMPLETED");
      assertThat(ids(thoughts(rest)).getFirst()).isEqualTo(last.number() + 1);
    }
  }

  @Test
  void waitsForATaskThatWaits() {
    served.brake.at("redis.stage");
    served.submit("apply");
    served.brake.awaitReached();
    String second = served.submit("set acme 700");

    try (var events = Events.open(served, follow(second))) {
      served.brake.release();

      assertThat(events.all().getLast().data()).contains("COMPLETED", second);
    }
  }

  @Test
  void refusesMoreStreamsThanItMayOpenAndFreesThoseThatEnd() {
    served.brake.at("redis.stage");
    String id = served.submit("apply");
    served.brake.awaitReached();
    try (var one = Events.open(served, follow(id));
        var two = Events.open(served, follow(id))) {
      assertThat(served.send(follow(id).GET()).status()).isEqualTo(503);
      served.brake.release();
      assertThat(one.all().getLast().kind()).isEqualTo("result");
      assertThat(two.all().getLast().kind()).isEqualTo("result");
    }

    assertThat(served.send(follow(id).GET()).status()).isEqualTo(200);
  }

  @Test
  void endsOnceItsCredentialDoesNotCountAnyMore() throws Exception {
    served.brake.at("redis.stage");
    String id = served.submit("apply");
    served.brake.awaitReached();
    try (var events = Events.open(served, follow(id))) {
      var others =
          Files.readAllLines(served.tokens).stream().filter(l -> !l.contains("vic")).toList();
      Files.write(served.tokens, others);

      assertThat(events.all()).extracting(Events.Event::kind).doesNotContain("result");
      served.brake.release();
    }
  }

  @Test
  void namesAWrongLastEvent() {
    String id = served.done("apply", "COMPLETED");

    var wrong = served.send(follow(id).header("Last-Event-ID", "latest").GET());

    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.text("place")).isEqualTo("header Last-Event-ID");
  }

  private HttpRequest.Builder follow(String id) {
    return served.request("/v1/executions/" + id + "/events", VIC);
  }

  private static List<Events.Event> thoughts(List<Events.Event> events) {
    return new ArrayList<>(events.stream().filter(e -> e.kind().equals("thought")).toList());
  }

  private static List<Long> ids(List<Events.Event> events) {
    return events.stream().map(Events.Event::number).toList();
  }
}
