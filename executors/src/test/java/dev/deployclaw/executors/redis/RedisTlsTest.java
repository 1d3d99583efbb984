package dev.deployclaw.executors.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.redis.cluster.RedisSettings;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.redis.RedisNode;
import dev.deployclaw.testkit.server.TestCertificate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of two nodes that want a client's certificate, and single nodes with a flaw each. */
class RedisTlsTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** Of an answer that never comes. */
  private static final Duration SHORT = Duration.ofSeconds(1);

  private static final String NAME = "localhost";

  @TempDir private static Path folder;
  private static TestCertificate authority;
  private static TestCertificate other;
  private static TestCertificate client;
  private static final List<TlsNode> NODES = new ArrayList<>();

  /** A node that listens for tests in plain text, and with TLS for what is tested. */
  private record TlsNode(RedisNode node, int port) {
    String seed() {
      return "127.0.0.1:" + port;
    }
  }

  @BeforeAll
  static void start() throws Exception {
    authority = TestCertificate.make(folder.resolve("ca"), "CN=authority");
    other = TestCertificate.make(folder.resolve("other"), "CN=another authority");
    client = authority.sign(folder.resolve("client"), "CN=agent");
    var shown = authority.sign(folder.resolve("server"), "CN=redis");
    NODES.add(node("first", shown));
    NODES.add(node("second", shown));
    form();
  }

  @AfterAll
  static void stop() {
    NODES.forEach(n -> n.node().close());
  }

  @Test
  void carriesAChangeOutOverTls() throws Exception {
    var activation = Activations.of(SampleSets.of(12), 1);
    var calls =
        List.<ExecutorCall>of(
            new ExecutorCall.Look("topology", Map.of()),
            new ExecutorCall.Stage(activation),
            new ExecutorCall.Prepare(activation),
            new ExecutorCall.Publish(activation),
            new ExecutorCall.Converge(activation));
    try (var executor = executor(seed(), trusting())) {
      for (var call : calls) {
        assertAllYes(executor.execute(invocation(call)), call.verb());
      }
    }
  }

  @Test
  void refusesAServerOfAnotherAuthority() throws Exception {
    assertThat(fault(seed(), tls(other, client)))
        .isInstanceOf(CallFault.Unavailable.class)
        .asString()
        .contains("no authority that we trust", "tls.ca");
  }

  @Test
  void refusesACertificateThatRanOut() throws Exception {
    var expired = node("expired", authority.signExpired(folder.resolve("old"), "CN=redis"));
    try (var _ = expired.node()) {
      assertThat(fault(expired.seed(), trusting())).asString().contains("has expired");
    }
  }

  @Test
  void refusesACertificateForAnotherHostUnlessThatIsTheNameToExpect() throws Exception {
    var elsewhere = node("elsewhere", authority.signFor(folder.resolve("there"), "redis.example"));
    try (var _ = elsewhere.node()) {
      assertThat(fault(elsewhere.seed(), trusting()))
          .asString()
          .contains("for another name", "tls.serverName");
      try (var executor = executor(elsewhere.seed(), named("redis.example"))) {
        assertThat(executor.execute(invocation(new ExecutorCall.Look("topology", Map.of()))))
            .isInstanceOf(CallOutcome.Done.class);
      }
    }
  }

  @Test
  void checksTheNameOfANodeThatItLearnsOfToo() throws Exception {
    var second = NODES.getLast();
    second.node().call("CONFIG", "SET", "cluster-announce-hostname", "other.invalid");
    var first = NODES.getFirst().node();
    BoundedWait.until(
        "the name is known", LONG, () -> first.call("CLUSTER", "NODES").contains("other.invalid"));
    try (var executor = executor(seed(), trusting())) {
      var unknown = reports(executor.execute(invocation(new ExecutorCall.Look("clock", Map.of()))));
      assertThat(unknown).anyMatch(r -> r.member().contains("other.invalid"));
    } finally {
      second.node().call("CONFIG", "SET", "cluster-announce-hostname", NAME);
      BoundedWait.until(
          "the name is known", LONG, () -> first.call("CLUSTER", "NODES").contains("," + NAME));
    }
    try (var executor = executor(seed(), trusting())) {
      var known = reports(executor.execute(invocation(new ExecutorCall.Look("clock", Map.of()))));
      assertThat(known)
          .anyMatch(r -> r.member().contains(NAME))
          .allMatch(r -> r.answer() == Answer.YES);
    } finally {
      second.node().call("CONFIG", "SET", "cluster-announce-hostname", "");
    }
  }

  @Test
  void refusesAServerThatSpeaksNoTls() throws Exception {
    String plain = NODES.getFirst().node().address().toString();

    assertThat(fault(settings(plain, trusting(), SHORT)))
        .isInstanceOf(CallFault.Unavailable.class)
        .asString()
        .contains("it speaks no TLS");
  }

  @Test
  void saysThatTlsIsWanted() throws Exception {
    assertThat(fault(new RedisSettings(List.of(seed()), LONG, Optional.empty(), Optional.empty())))
        .asString()
        .contains("set redis.tls");
  }

  @Test
  void saysThatACertificateOfOursIsWanted() throws Exception {
    var without =
        new TlsSettings(Optional.of(authority.certificate()), Optional.empty(), Optional.empty());

    assertThat(fault(seed(), without))
        .isInstanceOf(CallFault.Unavailable.class)
        .asString()
        .contains("tls.certificate and tls.key");
  }

  @Test
  void aRenewedCertificateIsShownAtTheNextConnection() throws Exception {
    var mine = other.sign(folder.resolve("mine"), "CN=agent");
    try (var executor = executor(seed(), tls(authority, mine))) {
      var look = invocation(new ExecutorCall.Look("topology", Map.of()));
      assertThat(executor.execute(look)).isInstanceOf(CallOutcome.Failed.class);

      mine.renew(authority.sign(folder.resolve("renewed"), "CN=agent"));

      assertAllYes(executor.execute(look), "topology");
    }
  }

  private static TlsNode node(String name, TestCertificate shown) {
    int port = FreePortFinder.free();
    var lines =
        List.of(
            "cluster-enabled yes",
            "cluster-port " + FreePortFinder.free(),
            "cluster-announce-ip 127.0.0.1",
            "tls-port " + port,
            "tls-cert-file " + shown.certificate(),
            "tls-key-file " + shown.key(),
            "tls-ca-cert-file " + authority.certificate(),
            "tls-auth-clients yes");
    var options = new RedisNode.Options(FreePortFinder.free(), lines, Map.of());
    return new TlsNode(RedisNode.start(folder.resolve(name), options), port);
  }

  private static void form() {
    var first = NODES.getFirst().node();
    var second = NODES.getLast().node();
    first.call("CLUSTER", "ADDSLOTSRANGE", "0", "8191");
    second.call("CLUSTER", "ADDSLOTSRANGE", "8192", "16383");
    second.call("CLUSTER", "SET-CONFIG-EPOCH", "2");
    String bus = second.call("CONFIG", "GET", "cluster-port").split("\n", -1)[1];
    first.call("CLUSTER", "MEET", "127.0.0.1", "" + second.address().port(), bus);
    for (var node : NODES) {
      BoundedWait.until(
          "the cluster is whole",
          LONG,
          () -> {
            String info = node.node().call("CLUSTER", "INFO");
            return info.contains("cluster_state:ok") && info.contains("slots_ok:16384");
          });
    }
  }

  private static String seed() {
    return NODES.getFirst().seed();
  }

  private static TlsSettings trusting() {
    return tls(authority, client);
  }

  private static TlsSettings tls(TestCertificate signer, TestCertificate mine) {
    var identity = new TlsSettings.Identity(mine.certificate(), mine.key());
    return new TlsSettings(
        Optional.of(signer.certificate()), Optional.of(identity), Optional.empty());
  }

  private static TlsSettings named(String name) {
    var tls = trusting();
    return new TlsSettings(tls.authorities(), tls.identity(), Optional.of(name));
  }

  private static RedisExecutor executor(String seed, TlsSettings tls) {
    return executor(settings(seed, tls, LONG));
  }

  private static RedisSettings settings(String seed, TlsSettings tls, Duration timeout) {
    return new RedisSettings(List.of(seed), timeout, Optional.empty(), Optional.of(tls));
  }

  private static RedisExecutor executor(RedisSettings settings) {
    return new RedisExecutor(settings, () -> new FenceMark(0, 0));
  }

  private static CallFault fault(String seed, TlsSettings tls) throws InterruptedException {
    return fault(settings(seed, tls, LONG));
  }

  private static CallFault fault(RedisSettings settings) throws InterruptedException {
    try (var executor = executor(settings)) {
      var answer = executor.execute(invocation(new ExecutorCall.Look("topology", Map.of())));
      return ((CallOutcome.Failed) answer).fault();
    }
  }

  private static void assertAllYes(CallOutcome answer, String what) {
    assertThat(reports(answer))
        .as(what)
        .isNotEmpty()
        .allSatisfy(r -> assertThat(r.answer()).as(r.reason()).isEqualTo(Answer.YES));
  }

  private static List<MemberReport> reports(CallOutcome answer) {
    assertThat(answer).isInstanceOf(CallOutcome.Done.class);
    return ((CallOutcome.Done) answer).reports();
  }

  private static Invocation invocation(ExecutorCall call) {
    return new Invocation("redis", call, new FencingToken("a", 1), LONG);
  }
}
