package dev.deployclaw.container.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LogArchiver;
import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.wiring.AgentRuntime;
import dev.deployclaw.core.fake.LogEntryFixture;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.ChainLink;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.server.EtcdServer;
import dev.deployclaw.testkit.server.NatsServer;
import dev.deployclaw.testkit.server.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code audit rebuild} of a log whose machine is gone with its disk, from real servers. */
class RebuildCommandTest {
  private static final String ID = "arch-2026-11-27-rate-limit-001";
  private static final int RECORDS = 30;

  /** Those that moved state, and the end. */
  private static final Set<Integer> IN_ETCD = Set.of(5, 20, RECORDS);

  @TempDir Path folder;

  private final List<SealedRecord> log = chain(ID, RECORDS);
  private EtcdServer etcd;
  private NatsServer nats;
  private S3Server s3;
  private CommandLineFixture screen;

  @BeforeEach
  void start() throws Exception {
    etcd = EtcdServer.start(folder.resolve("etcd"));
    nats = NatsServer.start(folder.resolve("nats"));
    s3 = S3Server.start(folder.resolve("s3"));
    screen = new CommandLineFixture(folder);
    screen.write(
        "deployclaw.yaml",
        """
        stateDir: state
        etcd: {endpoints: ["%s"]}
        redis: {nodes: ["127.0.0.1:1"]}
        s3: {endpoint: "%s", bucket: "%s", accessKey: "%s", secretKey: "%s", timeout: 2s}
        nats: {url: "%s"}
        """
            .formatted(
                etcd.endpoint(),
                s3.endpoint(),
                s3.bucket(),
                s3.accessKey(),
                s3.secretKey(),
                nats.url()));
    anchored();
  }

  @AfterEach
  void stop() {
    s3.close();
    nats.close();
    etcd.close();
  }

  @Test
  void rebuildsALogThatTheChainTakes() throws Exception {
    shippedAndGone();
    assertThat(screen.run("audit", "bundle", "kept")).as(screen.err()).isZero();
    assertThat(screen.out()).contains("not on this machine, add its log: " + ID);
    assertThat(screen.run("audit", "verify", "kept", "--key", key())).isEqualTo(2);
    assertThat(screen.err()).contains("kept holds no log");

    assertThat(screen.run("audit", "rebuild", ID, "kept/one.json")).as(screen.err()).isZero();

    assertThat(screen.out())
        .contains(
            ID + ": rebuilt, 30 records: 3 from etcd, 27 from the stream",
            "kept/one.json: its document, signed by this machine's key");
    assertThat(screen.run("audit", "verify", "kept", "--key", key())).as(screen.out()).isZero();
    assertThat(screen.run("log", ID)).as("nothing is kept").isEqualTo(2);
    assertThat(screen.run("audit", "rebuild", ID, "kept/one.json")).isEqualTo(2);
    assertThat(screen.err()).contains("kept/one.json is there already");
  }

  @Test
  void namesARecordThatIsLost() throws Exception {
    published(without(12));
    forge(12);

    assertThat(screen.run("audit", "rebuild", ID, "one.json")).as(screen.err()).isEqualTo(9);

    assertThat(screen.out())
        .contains(
            ID + ": LOST: record 12\n",
            ID + ": unproven: records 6 to 11:",
            "23 of 30 records are there: 3 from etcd, 20 from the stream");
    assertThat(folder.resolve("one.json")).doesNotExist();
    assertThat(screen.run("audit", "rebuild", ID, "one.json", "--json")).isEqualTo(9);
    var told = screen.json();
    assertThat(told.get("whole").asBoolean()).isFalse();
    assertThat(told.at("/lost/0/from").asInt()).isEqualTo(12);
    assertThat(told.at("/lost/0/to").asInt()).isEqualTo(12);
    assertThat(told.at("/unproven/0/from").asInt()).isEqualTo(6);
    assertThat(told.get("found")).hasSize(23);
  }

  @Test
  void takesFromTheBucketWhatTheStreamLost() throws Exception {
    copiedAndGone();
    published(without(3, 12, 13));

    assertThat(screen.run("audit", "rebuild", ID, "one.json", "--json")).isZero();

    assertThat(screen.json().at("/from/etcd").asInt()).isEqualTo(3);
    assertThat(screen.json().at("/from/the stream").asInt()).isEqualTo(24);
    assertThat(screen.json().at("/from/the bucket").asInt()).isEqualTo(3);
    assertThat(screen.run("audit", "verify", "one.json", "--key", key())).isZero();
  }

  @Test
  void callsNothingLostThatMayBeWhereNobodyAnswers() throws Exception {
    nats.daemon().kill();

    assertThat(screen.run("audit", "rebuild", ID, "one.json")).isEqualTo(10);
    assertThat(screen.out())
        .contains("not found yet", "the stream can't be read")
        .doesNotContain("LOST");

    assertThat(screen.run("audit", "rebuild", "arch-2026-11-27-rate-limit-002", "two.json"))
        .isEqualTo(2);
    assertThat(screen.err()).contains("etcd has no head of a log of");
    assertThat(screen.run("audit", "rebuild", "*", "two.json")).isEqualTo(2);
    etcd.daemon().kill();
    assertThat(screen.run("audit", "rebuild", ID, "two.json")).isEqualTo(10);
  }

  @Test
  void saysThatNothingCanBeginWhereTheHeadIsNoHead() throws Exception {
    put(List.of(new Write.Put(StoreKeys.auditHead(ID), CanonicalJson.bytes(Map.of("seq", 1L)))));

    assertThat(screen.run("audit", "rebuild", ID, "one.json")).isEqualTo(9);

    assertThat(screen.err()).contains(ID + ": the state store's head of it can't be read");
    assertThat(folder.resolve("one.json")).doesNotExist();
  }

  /** What the transactions of the machine wrote, and the link of its end. */
  private void anchored() throws Exception {
    var end = log.getLast().head();
    var writes = new ArrayList<Write>();
    for (var sealed : log) {
      if (IN_ETCD.contains((int) sealed.head().seq())) {
        writes.add(new Write.Put(StoreKeys.audit(ID, sealed.head().seq()), sealed.bytes()));
      }
    }
    var head = CanonicalJson.bytes(Map.of("seq", end.seq(), "hash", end.hash()));
    writes.add(new Write.Put(StoreKeys.auditHead(ID), head));
    var link = ChainLink.START.next(ID, end.seq(), end.hash());
    writes.add(new Write.Put(StoreKeys.chained(ID, end.seq()), link.bytes()));
    put(writes);
  }

  private void put(List<Write> writes) throws Exception {
    var config = ConfigReader.read(folder.resolve("deployclaw.yaml"), Map.of());
    try (var agent = AgentRuntime.open(config, ProgressListener.NONE)) {
      assertThat(agent.ports().state().transact(new Transaction(List.of(), writes)))
          .isInstanceOf(StateStore.Result.Applied.class);
    }
  }

  /** The machine writes and ships its log, and is lost with its disk. */
  private void shippedAndGone() throws Exception {
    Path gone = folder.resolve("gone");
    try (var journal = FileJournal.open(gone, NatsSettings.of(nats.url()))) {
      log.forEach(sealed -> journal.append(ID, sealed));
      assertThat(journal.flush(Duration.ofSeconds(60)).pending()).isZero();
    }
    delete(gone);
  }

  private void copiedAndGone() throws Exception {
    Path gone = folder.resolve("gone");
    var config = ConfigReader.read(folder.resolve("deployclaw.yaml"), Map.of());
    try (var journal = FileJournal.open(gone);
        var bucket = AgentRuntime.bucket(config)) {
      log.forEach(sealed -> journal.append(ID, sealed));
      assertThat(LogArchiver.of(gone, bucket, HeadSigner.open(gone)).store().stored()).isEqualTo(1);
    }
    delete(gone);
  }

  /** What a stream may come to: it holds these. */
  private void published(List<SealedRecord> some) throws Exception {
    try (var journal = FileJournal.open(folder.resolve("maker"), NatsSettings.of(nats.url()))) {
      journal.append("another", chain("another", 1).getFirst());
      assertThat(journal.flush(Duration.ofSeconds(60)).pending()).isZero();
    }
    for (var sealed : some) {
      publish(sealed.head().seq(), sealed.bytes());
    }
  }

  /** Somebody who may write to the stream makes up a record that fits the one before it. */
  private void forge(int number) throws Exception {
    var before = log.get(number - 2).head();
    var made = thought(ID, "Made up", Phase.PLAN);
    var forged = new HashChainSealer(SecretRedactor.of(List.of())).seal(before, made);
    publish(number, forged.bytes());
  }

  @SuppressWarnings("try") // closing the connection can be interrupted
  private void publish(long number, byte[] bytes) throws Exception {
    try (var connection = io.nats.client.Nats.connect(nats.url())) {
      var _ = connection.jetStream().publish("deployclaw.audit." + ID + "." + number, bytes);
    }
  }

  private List<SealedRecord> without(Integer... numbers) {
    var missing = Set.of(numbers);
    return log.stream().filter(s -> !missing.contains((int) s.head().seq())).toList();
  }

  private String key() {
    assertThat(screen.run("audit", "key")).isZero();
    return screen.out().strip();
  }

  private static void delete(Path tree) throws IOException {
    try (var files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static List<SealedRecord> chain(String execution, int length) {
    var thoughts = new ArrayList<LogEntry>();
    for (int n = 1; n <= length; n++) {
      var phase = n == 1 ? Phase.REQUEST : n == length ? Phase.END : Phase.PLAN;
      thoughts.add(thought(execution, "Looking at " + n, phase));
    }
    return LogEntryFixture.seal(
        new HashChainSealer(SecretRedactor.of(List.of())), LogHead.START, thoughts);
  }

  private static LogEntry thought(String execution, String action, Phase phase) {
    var plain = LogEntryFixture.of(execution, phase, action);
    return phase == Phase.PLAN
        ? plain.step(1).thought()
        : plain.facts(Map.of("request", "freeze", "result", "COMPLETED")).thought();
  }
}
