package dev.deployclaw.lab;

import static dev.deployclaw.lab.DriftScanner.Found.ahead;
import static dev.deployclaw.lab.DriftScanner.Found.unreachable;
import static dev.deployclaw.lab.DriftScanner.Found.wrong;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.lab.DriftScanner.Found;
import dev.deployclaw.lab.estate.ReferenceScenario;
import dev.deployclaw.lab.fault.FaultTargets;
import dev.deployclaw.policy.wire.ServiceStatus;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.server.ServerReadiness;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What somebody does to one rate limit service, each kind by itself: a look finds that and nothing
 * else. A service fetches policies by itself, so a repair mends none of it, and says why.
 */
@Slow(
    guard = "dev.deployclaw.executors.ratelimit.RateLimitExecutorTest",
    because = "it looks at a whole estate for each kind of drift")
class ServiceDriftTest extends SharedLabCases {
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final long NEVER = 99;
  private static final String NAMESPACE = ReferenceScenario.NAMESPACES.getFirst();
  private static final String NAME = "services/" + NAMESPACE;
  private static final String ELSEWHERE = "/elsewhere/";

  private static DriftScanner looking;
  private static long epoch;

  @BeforeAll
  static void setUp() throws Exception {
    looking = new DriftScanner(scene, "5s");
    epoch = looking.committed();
  }

  @Test
  void serviceThatHoldsNoPolicySet() {
    misled(ELSEWHERE + "nothing/", 0);

    looking.finds(wrong("missing", service(), "holds none of the agent's policy sets"));
    looking.cannotRepair(service(), "does not hold epoch " + epoch);
    asBefore();
  }

  @Test
  void serviceThatHoldsAnEarlierEpochAlone() {
    copySet(epoch - 1);
    misled(ELSEWHERE + (epoch - 1) + "/", 1);

    looking.finds(
        wrong("behind", service(), "is at epoch %d instead of %d".formatted(epoch - 1, epoch)));
    looking.cannotRepair(service(), "does not hold epoch " + epoch);
    asBefore();
  }

  @Test
  void serviceThatHoldsALaterEpochAlone() {
    copySet(NEVER);
    misled(ELSEWHERE + NEVER + "/", 1);

    looking.finds(ahead(service(), "is at epoch %d instead of %d".formatted(NEVER, epoch)));
    looking.cannotRepair(service(), "REGRESSED");
    asBefore();
  }

  @Test
  void serviceThatHoldsAnotherSetOfTheEpoch() {
    copySet(epoch);
    misled(ELSEWHERE + epoch + "/", 1);

    looking.finds(wrong("different", service(), "holds another policy set of epoch " + epoch));
    looking.cannotRepair(service(), "does not hold epoch " + epoch);
    asBefore();
  }

  @Test
  void serviceThatCannotAskRedis() {
    restarted(word -> word.startsWith("--redis=") ? "--redis=127.0.0.1:1" : word);
    BoundedWait.until("it holds both epochs", SOON, () -> status().path("epochs").size() == 2);

    looking.finds(new Found("not-enforced", "error", service(), "can't ask Redis", "can't"));
    looking.cannotRepair(service(), "can't ask Redis");
    asBefore();
  }

  @Test
  void serviceThatAsksAnotherRedis() {
    scene.inflict("wrong-redis", NAMESPACE);
    BoundedWait.until("it knows whom it asks", SOON, () -> status().path("asks").size() == 1);

    looking.finds(new Found("astray", "error", service(), "asks another Redis", "--redis"));
    looking.cannotRepair(service(), "asks another Redis");
    scene.heal();
    awaitService();
  }

  @Test
  void serviceThatDoesNotAnswer() {
    daemon().kill();

    looking.finds(unreachable(service()));
    asBefore();
  }

  /** Near miss: it is started again, and holds the epochs as before. */
  @Test
  void serviceThatWasStartedAgainIsNoDifference() {
    daemon().restart();
    awaitService();

    looking.clean();
  }

  /** The policy set of the first epoch, below a prefix of its own and under another number. */
  private static void copySet(long as) {
    var there = scene.keys().elsewhere(ELSEWHERE + as + "/");
    String from = "policy/" + (epoch - 1) + "/";
    scene
        .keys()
        .below(from)
        .forEach(
            (key, value) -> there.put("policy/" + as + "/" + key.substring(from.length()), value));
    var digest = scene.keys().json(from + "manifest").path("digest").asText();
    there.put(
        "active",
        "{\"change\":\"c\",\"digest\":\"%s\",\"epoch\":%d,\"predecessor\":0,\"term\":1}"
            .formatted(digest, as));
  }

  private static void misled(String prefix, int epochs) {
    restarted(word -> word.startsWith("--prefix=") ? "--prefix=" + prefix : word);
    BoundedWait.until(
        "it has read there",
        SOON,
        () ->
            status().path("etcd").asText().equals(ServiceStatus.OK)
                && status().path("epochs").size() == epochs);
  }

  private static void restarted(UnaryOperator<String> word) {
    var daemon = daemon();
    daemon.restartBy(command -> command.stream().map(word).toList());
    daemon.awaitReady(SOON, () -> ServerReadiness.answers(url() + "/v1/status"));
    daemon.leave();
  }

  private static void asBefore() {
    daemon().restartAsBefore();
    awaitService();
    looking.clean();
  }

  private static void awaitService() {
    var daemon = daemon();
    daemon.leave();
    BoundedWait.until(
        "the service is ready", SOON, () -> ServerReadiness.answers(url() + "/readyz"));
  }

  private static JsonNode status() {
    return EtcdKeyspace.tree(
        PlainHttpResponse.get(
                HostPort.parse(url().substring("http://".length())), "/v1/status", Map.of())
            .body());
  }

  private static String url() {
    return scene.config().services().stream()
        .filter(s -> s.namespace().equals(NAMESPACE))
        .findFirst()
        .orElseThrow()
        .url();
  }

  private static String service() {
    return "ratelimit/" + NAMESPACE + "/" + url().substring("http://".length());
  }

  private static DaemonProcess daemon() {
    return Objects.requireNonNull(FaultTargets.in(scene.lab().folder()).all().get(NAME), NAME);
  }
}
