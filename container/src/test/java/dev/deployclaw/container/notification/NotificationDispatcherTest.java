package dev.deployclaw.container.notification;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.NotificationSinkConfig;
import dev.deployclaw.container.config.NotificationSinkConfig.Target;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.monitor.AlertCondition;
import dev.deployclaw.container.monitor.AlertKind;
import dev.deployclaw.container.monitor.AlertNotification;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FreePortFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.apache.commons.lang3.function.Failable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deliveries to real servers that fail in their ways. */
class NotificationDispatcherTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final SecretValue SECRET = new SecretValue("0123456789abcdef");
  private static final Set<String> ALL = Set.copyOf(NotificationSinkConfig.EVENTS);

  @TempDir Path folder;

  private final List<String> outcomes = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (var one : open.reversed()) {
      one.close();
    }
  }

  @Test
  void triesAgainUntilItIsTaken() {
    var receiver = receiver(500, 503, 200);
    var couriers = start(quick(), webhook("hook", receiver.url()));

    couriers.tell(notice("a", true));

    awaitOutcomes("hook retried", "hook retried", "hook delivered");
    assertThat(receiver.got())
        .hasSize(3)
        .extracting(r -> r.headers().get("DC-Delivery"))
        .containsOnly("a");
    assertThat(couriers.pending()).containsEntry("hook", 0);
    assertThat(lines("deliveries.jsonl"))
        .hasSize(3)
        .first()
        .asString()
        .contains("\"detail\":\"answered 500\"", "\"outcome\":\"retried\"", "\"sink\":\"hook\"");
  }

  @Test
  void keepsTheOrder() {
    var receiver = receiver(500, 200, 200, 200);
    var couriers = start(quick(), webhook("hook", receiver.url()));

    couriers.tell(notice("a", true));
    couriers.tell(notice("b", true));
    couriers.tell(notice("c", false));

    BoundedWait.until("all are told", SOON, () -> receiver.got().size() == 4);
    assertThat(receiver.got())
        .extracting(r -> r.headers().get("DC-Delivery"))
        .containsExactly("a", "a", "b", "c");
  }

  @Test
  void aReceiverThatHangsHoldsUpNobodyElse() {
    var hanging = NotificationReceiver.start(_ -> NotificationReceiver.HANGS);
    var quick = receiver(200);
    open.add(hanging);
    var briefly = quick(Duration.ofSeconds(2));
    var couriers = start(briefly, webhook("hangs", hanging.url()), webhook("well", quick.url()));

    couriers.tell(notice("a", true));

    BoundedWait.until("the other is told", SOON, () -> outcomes.contains("well delivered"));
    BoundedWait.until("it gives up to wait", SOON, () -> outcomes.contains("hangs retried"));
    assertThat(outcomes).doesNotContain("hangs delivered");
  }

  @Test
  void deliversAfterARestartWhatASinkThatWasDownMissed() {
    int port = FreePortFinder.free();
    String url = "http://127.0.0.1:" + port;
    var first = start(quick(), webhook("hook", url));
    first.tell(notice("a", true));
    first.tell(notice("b", false));
    BoundedWait.until("it was tried", SOON, () -> outcomes.contains("hook retried"));
    first.close();
    outcomes.clear();
    var receiver = NotificationReceiver.startAt(port);
    open.add(receiver);

    var second = start(quick(), webhook("hook", url));

    awaitOutcomes("hook delivered", "hook delivered");
    assertThat(receiver.got())
        .extracting(r -> r.headers().get("DC-Delivery"))
        .containsExactly("a", "b");
    assertThat(second.pending()).containsEntry("hook", 0);
  }

  @Test
  void doesNotRepeatWhatWillNeverBeTaken() {
    var receiver = receiver(400, 200);
    var couriers = start(quick(), webhook("hook", receiver.url()));

    couriers.tell(notice("bad", true));
    couriers.tell(notice("good", true));

    awaitOutcomes("hook refused", "hook delivered");
  }

  @Test
  void givesUpWhatIsTooOld() {
    var receiver = NotificationReceiver.start(_ -> 500);
    open.add(receiver);
    var atOnce =
        new BackoffPolicy(
            Duration.ofMillis(1), Duration.ofMillis(2), Duration.ZERO, Duration.ofSeconds(20));
    var couriers = start(atOnce, webhook("hook", receiver.url()));

    couriers.tell(notice("a", true));

    awaitOutcomes("hook given-up");
    BoundedWait.until("nothing waits", SOON, () -> couriers.pending().equals(Map.of("hook", 0)));
  }

  @Test
  void boundsWhatWaitsAndRecordsWhatWasDropped() {
    var patient =
        new BackoffPolicy(
            Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(9), Duration.ofSeconds(20));
    var couriers = start(patient, webhook("hook", "http://127.0.0.1:" + FreePortFinder.free()));

    IntStream.rangeClosed(0, NotificationQueue.MOST)
        .forEach(i -> couriers.tell(notice("n" + i, true)));

    assertThat(couriers.pending()).containsEntry("hook", NotificationQueue.MOST);
    assertThat(lines("deliveries.jsonl"))
        .anyMatch(l -> l.contains("\"outcome\":\"given-up\"") && l.contains("\"id\":\"n0\""));
  }

  @Test
  void tellsEachSinkOnlyOfWhatItWantsAndRepeatsOnlyWhereNeeded() {
    var receiver = NotificationReceiver.start(_ -> 200);
    open.add(receiver);
    var drift =
        new NotificationSinkConfig(
            "drift", new Target.Webhook(receiver.url() + "/drift", SECRET), Set.of("drift"));
    var am =
        new NotificationSinkConfig(
            "am", new Target.Alertmanager(receiver.url(), SecretValue.NONE), ALL);
    var couriers = start(quick(), webhook("hook", receiver.url() + "/hook"), drift, am);
    var first = notice("a", true);

    couriers.tell(first);
    couriers.tell(
        new AlertNotification(
            "again",
            first.fingerprint(),
            "/lab/",
            true,
            true,
            first.condition(),
            first.since(),
            first.at()));

    BoundedWait.until("three are told", SOON, () -> receiver.got().size() == 3);
    assertThat(receiver.got())
        .extracting(NotificationReceiver.Got::path)
        .containsExactlyInAnyOrder("/hook", "/api/v2/alerts", "/api/v2/alerts");
  }

  private NotificationDispatcher start(BackoffPolicy patience, NotificationSinkConfig... sinks) {
    var terms =
        new DeliverySettings(
            patience, AgentClock.system(), (sink, outcome) -> outcomes.add(sink + " " + outcome));
    var couriers = NotificationDispatcher.start(List.of(sinks), folder, terms);
    open.add(couriers);
    return couriers;
  }

  private NotificationReceiver receiver(int... statuses) {
    var receiver = NotificationReceiver.start(i -> statuses[Math.min(i, statuses.length - 1)]);
    open.add(receiver);
    return receiver;
  }

  private void awaitOutcomes(String... expected) {
    BoundedWait.until(
        List.of(expected) + " but " + outcomes, SOON, () -> outcomes.size() >= expected.length);
    assertThat(outcomes).containsExactly(expected);
  }

  private List<String> lines(String file) {
    return Failable.get(() -> Files.readAllLines(folder.resolve(file)));
  }

  private static BackoffPolicy quick() {
    return quick(Duration.ofSeconds(30));
  }

  /**
   * @param answer longer than a busy machine takes, where waiting isn't the point: who isn't
   *     answered in time tells again
   */
  private static BackoffPolicy quick(Duration answer) {
    return new BackoffPolicy(
        Duration.ofMillis(5), Duration.ofMillis(50), Duration.ofHours(1), answer);
  }

  private static NotificationSinkConfig webhook(String name, String url) {
    return new NotificationSinkConfig(name, new Target.Webhook(url, SECRET), ALL);
  }

  static AlertNotification notice(String id, boolean firing) {
    var condition =
        new AlertCondition(
            AlertKind.NOT_ENFORCED,
            "edge-eu",
            "NOT_ENFORCED: 1 of 2 enforcement points of edge-eu: gateway/edge-eu/gw-01",
            List.of("gateway/edge-eu/gw-01"),
            Map.of("points", List.of(Map.of("point", "gateway/edge-eu/gw-01"))));
    var now = Instant.now();
    return new AlertNotification(
        id, condition.fingerprint("/lab/"), "/lab/", firing, false, condition, now, now);
  }
}
