package dev.deployclaw.executors.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.sandbox.Mark;
import dev.deployclaw.testkit.Await;
import dev.deployclaw.testkit.Certificates;
import dev.deployclaw.testkit.Ports;
import dev.deployclaw.testkit.RedisNode;
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
  private static Certificates authority;
  private static Certificates other;
  private static Certificates client;
  private static final List<TlsNode> NODES = new ArrayList<>();

  /** A node that listens for tests in plain text, and with TLS for what is tested. */
  private record TlsNode(RedisNode node, int port) {
    String seed() {
      return "127.0.0.1:" + port;
    }
  }

  @BeforeAll
  static void start() throws Exception {
    authority = Certificates.make(folder.resolve("ca"), "CN=authority");
    other = Certificates.make(folder.resolve("other"), "CN=another authority");
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
        List.<Call>of(
            new Call.Look("topology", Map.of()),
            new Call.Stage(activation),
            new Call.Prepare(activation),
            new Call.Publish(activation),
            new Call.Converge(activation));
    try (var executor = executor(seed(), trusting())) {
      for (var call : calls) {
        assertAllYes(executor.execute(invocation(call)), call.verb());
      }
    }
  }

  @Test
  void refusesAServerOfAnotherAuthority() throws Exception {
    assertThat(fault(seed(), tls(other, client)))
        .isInstanceOf(Fault.Unavailable.class)
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
        assertThat(executor.execute(invocation(new Call.Look("topology", Map.of()))))
            .isInstanceOf(Outcome.Done.class);
      }
    }
  }

  @Test
  void checksTheNameOfANodeThatItLearnsOfToo() throws Exception {
    var second = NODES.getLast();
    second.node().call("CONFIG", "SET", "cluster-announce-hostname", "other.invalid");
    var first = NODES.getFirst().node();
    Await.until(
        "the name is known", LONG, () -> first.call("CLUSTER", "NODES").contains("other.invalid"));
    try (var executor = executor(seed(), trusting())) {
      var unknown = reports(executor.execute(invocation(new Call.Look("clock", Map.of()))));
      assertThat(unknown).anyMatch(r -> r.member().contains("other.invalid"));
    } finally {
      second.node().call("CONFIG", "SET", "cluster-announce-hostname", NAME);
      Await.until(
          "the name is known", LONG, () -> first.call("CLUSTER", "NODES").contains("," + NAME));
    }
    try (var executor = executor(seed(), trusting())) {
      var known = reports(executor.execute(invocation(new Call.Look("clock", Map.of()))));
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
        .isInstanceOf(Fault.Unavailable.class)
        .asString()
        .contains("it speaks no TLS");
  }

  @Test
  void saysThatTlsIsWanted() throws Exception {
    assertThat(fault(new RedisSettings(List.of(seed()), LONG, Optional.empty())))
        .asString()
        .contains("set redis.tls");
  }

  @Test
  void saysThatACertificateOfOursIsWanted() throws Exception {
    var without =
        new TlsSettings(Optional.of(authority.certificate()), Optional.empty(), Optional.empty());

    assertThat(fault(seed(), without))
        .isInstanceOf(Fault.Unavailable.class)
        .asString()
        .contains("tls.certificate and tls.key");
  }

  @Test
  void aRenewedCertificateIsShownAtTheNextConnection() throws Exception {
    var mine = other.sign(folder.resolve("mine"), "CN=agent");
    try (var executor = executor(seed(), tls(authority, mine))) {
      var look = invocation(new Call.Look("topology", Map.of()));
      assertThat(executor.execute(look)).isInstanceOf(Outcome.Failed.class);

      mine.renew(authority.sign(folder.resolve("renewed"), "CN=agent"));

      assertAllYes(executor.execute(look), "topology");
    }
  }

  private static TlsNode node(String name, Certificates shown) {
    int port = Ports.free();
    var lines =
        List.of(
            "cluster-enabled yes",
            "cluster-port " + Ports.free(),
            "cluster-announce-ip 127.0.0.1",
            "tls-port " + port,
            "tls-cert-file " + shown.certificate(),
            "tls-key-file " + shown.key(),
            "tls-ca-cert-file " + authority.certificate(),
            "tls-auth-clients yes");
    var options = new RedisNode.Options(Ports.free(), lines, Map.of());
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
      Await.until(
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

  private static TlsSettings tls(Certificates signer, Certificates mine) {
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
    return new RedisExecutor(settings, () -> new Mark(0, 0));
  }

  private static Fault fault(String seed, TlsSettings tls) throws InterruptedException {
    return fault(settings(seed, tls, LONG));
  }

  private static Fault fault(RedisSettings settings) throws InterruptedException {
    try (var executor = executor(settings)) {
      var answer = executor.execute(invocation(new Call.Look("topology", Map.of())));
      return ((Outcome.Failed) answer).fault();
    }
  }

  private static void assertAllYes(Outcome answer, String what) {
    assertThat(reports(answer))
        .as(what)
        .isNotEmpty()
        .allSatisfy(r -> assertThat(r.answer()).as(r.reason()).isEqualTo(Answer.YES));
  }

  private static List<Report> reports(Outcome answer) {
    assertThat(answer).isInstanceOf(Outcome.Done.class);
    return ((Outcome.Done) answer).reports();
  }

  private static Invocation invocation(Call call) {
    return new Invocation("redis", call, new Fence("a", 1), LONG);
  }
}
