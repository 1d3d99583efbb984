package dev.deployclaw.container.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.wiring.AgentRuntime;
import dev.deployclaw.core.fake.LogEntryFixture;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.ChainLink;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.testkit.server.EtcdServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code audit chain} and {@code audit bundle} with a real state store. */
class BundleCommandTest {
  private static final String ONE = "arch-2026-11-24-rate-limit-001";
  private static final String TWO = "arch-2026-11-24-rate-limit-002";

  @TempDir Path folder;

  @AutoClose private EtcdServer etcd;
  private CommandLineFixture screen;
  private ChainLink last = ChainLink.START;

  @BeforeEach
  void start() throws Exception {
    etcd = EtcdServer.start(folder.resolve("etcd"));
    screen = new CommandLineFixture(folder);
    screen.write(
        "deployclaw.yaml",
        """
        stateDir: state
        etcd: {endpoints: ["%s"]}
        redis: {nodes: ["127.0.0.1:1"]}
        s3: {endpoint: "http://127.0.0.1:1", bucket: checkpoints, accessKey: key, secretKey: secret}
        nats: {url: "nats://127.0.0.1:1"}
        """
            .formatted(etcd.endpoint()));
  }

  @Test
  void writesTheChainAndEachLogThatItNames() throws Exception {
    ended(ONE);
    ended(TWO);

    assertThat(screen.run("audit", "bundle", "kept")).as(screen.err()).isZero();

    assertThat(screen.out()).isEqualTo("kept: 2 logs and their chain\n");
    try (var files = Files.list(folder.resolve("kept"))) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(ONE + ".json", TWO + ".json", "chain.json");
    }
    assertThat(screen.run("audit", "chain")).isZero();
    assertThat(Files.readString(folder.resolve("kept/chain.json"))).isEqualTo(screen.out());
    assertThat(screen.run("audit", "verify", "kept", "--key", key())).as(screen.err()).isZero();

    Files.delete(folder.resolve("kept").resolve(TWO + ".json"));

    assertThat(screen.run("audit", "verify", "kept", "--key", key(), "--json")).isEqualTo(9);
    assertThat(screen.json().findValuesAsText("code")).containsExactly("missing");
  }

  @Test
  void namesTheLogsOfOtherMachines() throws Exception {
    ended(ONE);
    link(TWO, 3, "ab".repeat(32));

    assertThat(screen.run("audit", "bundle", "kept", "--json")).as(screen.err()).isZero();

    assertThat(screen.json().get("logs").asInt()).isEqualTo(1);
    assertThat(screen.json().get("elsewhere").get(0).asText()).isEqualTo(TWO);
    assertThat(screen.run("audit", "bundle", "again")).isZero();
    assertThat(screen.out()).contains("not on this machine, add its log: " + TWO);
  }

  @Test
  void writesOverNothingAndNeedsTheStateStore() throws Exception {
    ended(ONE);
    Files.createDirectory(folder.resolve("mine"));
    Files.writeString(folder.resolve("mine/notes.txt"), "mine");

    assertThat(screen.run("audit", "bundle", "mine")).isEqualTo(2);
    assertThat(screen.err()).contains("mine isn't empty: name a new folder");
    assertThat(screen.run("audit", "bundle")).isEqualTo(2);
    etcd.daemon().kill();
    assertThat(screen.run("audit", "bundle", "later")).isEqualTo(10);
    assertThat(screen.err()).contains("deployclaw doctor");
  }

  private String key() {
    assertThat(screen.run("audit", "key")).isZero();
    return screen.out().strip();
  }

  /** A log of this machine that has ended, and its link. */
  private void ended(String execution) throws Exception {
    var facts = Map.<String, Object>of("request", "freeze", "result", "COMPLETED");
    var records =
        LogEntryFixture.seal(
            new HashChainSealer(SecretRedactor.of(List.of())),
            LogHead.START,
            Stream.of(Phase.REQUEST, Phase.END)
                .map(phase -> LogEntryFixture.of(execution, phase, "Told").facts(facts).thought())
                .toList());
    try (var journal = FileJournal.open(folder.resolve("state"))) {
      records.forEach(sealed -> journal.append(execution, sealed));
    }
    var head = records.getLast().head();
    link(execution, head.seq(), head.hash());
  }

  private void link(String execution, long records, String head) throws Exception {
    last = last.next(execution, records, head);
    var config = ConfigReader.read(folder.resolve("deployclaw.yaml"), Map.of());
    try (var agent = AgentRuntime.open(config, ProgressListener.NONE)) {
      var put = new Write.Put(StoreKeys.chained(execution, records), last.bytes());
      assertThat(agent.ports().state().transact(new Transaction(List.of(), List.of(put))))
          .isInstanceOf(StateStore.Result.Applied.class);
    }
  }
}
