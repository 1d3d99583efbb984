package dev.deployclaw.container.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.core.fake.LogEntryFixture;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.testkit.server.NatsServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code audit diff-stream} against a real server. */
class DiffStreamCommandTest {
  private static final String ONE = "arch-2026-11-24-rate-limit-001";
  private static final String TWO = "arch-2026-11-24-rate-limit-002";
  private static final int RECORDS = 4;

  @TempDir Path folder;

  @Test
  void saysThatTheStreamHoldsTheSame() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      var screen = screen(nats.url());
      shipped("state", nats, ONE, "Planning");

      assertThat(screen.run("audit", "diff-stream")).isZero();
      assertThat(screen.out()).contains("1 executions, 4 records: the stream holds the same");
      assertThat(screen.run("audit", "diff-stream", ONE, "--json")).isZero();
      assertThat(screen.json().get("same").asBoolean()).isTrue();
      assertThat(screen.json().get("records").asInt()).isEqualTo(RECORDS);
    }
  }

  @Test
  void namesEachRecordThatDiffersAndHow() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      var screen = screen(nats.url());
      shipped("elsewhere", nats, ONE, "Something else");
      written("state", ONE, "Planning");
      written("state", TWO, "Planning");

      int exit = screen.run("audit", "diff-stream", "--json");

      assertThat(exit).isEqualTo(9);
      var found = screen.json().get("differences");
      assertThat(found).hasSize(2 * RECORDS);
      assertThat(found.get(0).get("execution").asText()).isEqualTo(ONE);
      assertThat(found.get(0).get("seq").asInt()).isEqualTo(1);
      assertThat(found.get(0).get("kind").asText()).isEqualTo("different");
      assertThat(found.get(RECORDS).get("kind").asText()).isEqualTo("missing");
      assertThat(screen.run("audit", "diff-stream", "last")).isEqualTo(9);
      assertThat(screen.out())
          .contains(TWO + " record 1: not in the stream", "the stream differs")
          .doesNotContain(ONE);
    }
  }

  @Test
  void saysThatThereIsNoStreamAndThatNobodyAnswers() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      var screen = screen(nats.url());
      written("state", ONE, "Planning");

      assertThat(screen.run("audit", "diff-stream")).isEqualTo(10);
      assertThat(screen.err()).contains("is NATS there, and its stream?");

      nats.daemon().kill();
      assertThat(screen.run("audit", "diff-stream")).isEqualTo(10);
    }
  }

  @Test
  void namesWhatOtherMachinesShippedAndTakesItForNoDifferenceUnlessAsked() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      var screen = screen(nats.url());
      assertThat(screen.run("audit", "diff-stream", "last")).isEqualTo(2);
      shipped("state", nats, ONE, "Planning");
      shipped("elsewhere", nats, TWO, "Planning");

      assertThat(screen.run("audit", "diff-stream")).isZero();
      assertThat(screen.out())
          .contains("1 executions, 4 records: the stream holds the same")
          .contains(TWO + ": in the stream only: another machine's")
          .contains("1 executions in the stream have no log here");
      assertThat(screen.run("audit", "diff-stream", "--json")).isZero();
      assertThat(screen.json().get("elsewhere").get(0).asText()).isEqualTo(TWO);

      assertThat(screen.run("audit", "diff-stream", TWO, "--json")).isEqualTo(9);
      assertThat(screen.json().get("differences")).hasSize(RECORDS);
      assertThat(screen.json().get("differences").get(0).get("kind").asText()).isEqualTo("extra");
      assertThat(screen.run("audit", "diff-stream", "nothing")).isEqualTo(2);
      assertThat(screen.err()).contains("there is no execution nothing, here or in the stream");
      assertThat(screen.run("audit", "diff-stream", "../state")).isEqualTo(2);
    }
  }

  private CommandLineFixture screen(String url) {
    var screen = new CommandLineFixture(folder);
    screen.write(
        "deployclaw.yaml",
        """
        stateDir: state
        etcd: {endpoints: ["http://127.0.0.1:1"]}
        redis: {nodes: ["127.0.0.1:1"]}
        s3: {endpoint: "http://127.0.0.1:1", bucket: checkpoints, accessKey: key, secretKey: secret}
        nats: {url: "%s"}
        """
            .formatted(url));
    return screen;
  }

  private void shipped(String state, NatsServer nats, String execution, String action)
      throws Exception {
    try (var journal = FileJournal.open(folder.resolve(state), NatsSettings.of(nats.url()))) {
      append(journal, execution, action);
      assertThat(journal.flush(Duration.ofSeconds(60)).pending()).isZero();
    }
  }

  private void written(String state, String execution, String action) {
    try (var journal = FileJournal.open(folder.resolve(state))) {
      append(journal, execution, action);
    }
  }

  private static void append(FileJournal journal, String execution, String action) {
    var thoughts = new ArrayList<LogEntry>();
    for (int n = 1; n <= RECORDS; n++) {
      thoughts.add(LogEntryFixture.of(execution, Phase.PLAN, action + " " + n).step(1).thought());
    }
    LogEntryFixture.seal(new HashChainSealer(SecretRedactor.of(List.of())), LogHead.START, thoughts)
        .forEach(sealed -> journal.append(execution, sealed));
  }
}
