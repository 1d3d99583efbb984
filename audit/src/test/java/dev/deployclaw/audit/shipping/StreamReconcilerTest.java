package dev.deployclaw.audit.shipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.audit.Runs;
import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.journal.StreamDiff;
import dev.deployclaw.audit.record.StreamRecord;
import dev.deployclaw.audit.stream.AuditStream;
import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.audit.stream.RecordDifference;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.log.StreamCopy.Fork;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.server.NatsServer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Losses, forks and a backlog, seen from the files that outlive the process; a real server. */
@SuppressWarnings("try") // closing a NATS connection can be interrupted
class StreamReconcilerTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String OTHER = "arch-2026-11-24-rate-limit-002";
  private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
  @TempDir Path folder;
  private int settled;

  @Test
  void goesOnWithARepairThatAProcessBeganAndTellsOfItOnce() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      shipped(nats, Runs.ofLength(Runs.ID, 20));
      delete(nats);
      var loss =
          new StreamLoss(NOON.toString(), "it fell", List.of(new StreamLoss.Range(Runs.ID, 1, 20)));
      files().begin(loss); // and its process died

      settle(nats);

      assertThat(files().open()).isEmpty();
      assertThat(files().repaired()).containsExactly(loss.repaired());
      assertThat(differences(nats)).isEmpty();
    }
  }

  @Test
  void tellsOfALossOnceThoughItsProcessDiedInTheMiddleOfTheRepair() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      var chain = Runs.ofLength(Runs.ID, 20);
      shipped(nats, chain);
      delete(nats);
      var loss =
          new StreamLoss(NOON.toString(), "it fell", List.of(new StreamLoss.Range(Runs.ID, 1, 20)));
      files().begin(loss);
      try (var stream = AuditStream.connect(settings(nats))) {
        for (int i = 0; i < 7; i++) {
          var record = StreamRecord.of(Runs.ID, i + 1L, chain.get(i).bytes());
          var _ = stream.publish(List.of(record), _ -> false);
        }
      }

      settle(nats);
      settle(nats);

      assertThat(files().repaired()).containsExactly(loss.repaired());
      assertThat(differences(nats)).isEmpty();
    }
  }

  @Test
  void tellsOfALossOnceThoughItsProcessDiedBeforeItKeptWhatTheStreamIsNow() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      shipped(nats, Runs.ofLength(Runs.ID, 20));
      byte[] before = Files.readAllBytes(journalFolder().mark());
      delete(nats);
      settle(nats);
      Files.write(journalFolder().mark(), before);

      settle(nats);

      assertThat(files().repaired())
          .singleElement()
          .satisfies(r -> {
            assertThat(r.records()).isEqualTo(20);
            assertThat(r.cause()).isEqualTo("the stream was created again");
          });
      assertThat(differences(nats)).isEmpty();
    }
  }

  @Test
  void tellsOfASecondLossByItself() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      shipped(nats, Runs.ofLength(Runs.ID, 20));
      delete(nats);
      settle(nats);
      delete(nats);
      settle(nats);

      assertThat(files().repaired()).hasSize(2);
      assertThat(differences(nats)).isEmpty();
    }
  }

  @Test
  void leavesTheStreamToTheProcessThatComparesIt() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      shipped(nats, Runs.ofLength(Runs.ID, 5));
      try (var channel =
              FileChannel.open(
                  journalFolder().repairing(),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          var _ = channel.lock()) {
        assertThatThrownBy(() -> settle(nats))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("is comparing the stream");
      }
    }
  }

  @Test
  void keepsAForkInMindUntilTheStreamHoldsTheLogsRecord() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      var thought = Runs.thought(Runs.ID, 1, "Something else", Phase.PLAN, Map.of());
      try (var forger = FileJournal.open(folder.resolve("forger"), settings(nats))) {
        Runs.seal(List.of(thought)).forEach(s -> forger.append(Runs.ID, s));
        assertThat(forger.flush(LONG).pending()).isZero();
      }
      try (var journal = FileJournal.open(state(), settings(nats))) {
        Runs.ofLength(Runs.ID, 5).forEach(s -> journal.append(Runs.ID, s));
        Runs.ofLength(OTHER, 3).forEach(s -> journal.append(OTHER, s));
        BoundedWait.until("the fork is known", LONG, () -> !journal.stream().forks().isEmpty());
        Fork fork = journal.stream().forks().getFirst();
        assertThat(fork.seq()).isEqualTo(1);
        assertThat(fork.alarmed()).isFalse();
        assertThat(fork.sentence()).contains("FORK", "audit diff-stream " + Runs.ID);
        journal.stream().alarmed(fork);
      }

      try (var journal = FileJournal.open(state(), settings(nats), Duration.ofMillis(200))) {
        assertThat(journal.stream().forks()).singleElement().matches(Fork::alarmed);
        delete(nats);
        BoundedWait.until("the fork is over", LONG, () -> journal.stream().forks().isEmpty());
        BoundedWait.until("all is shipped", LONG, () -> journal.waiting() == 0);
      }
      assertThat(differences(nats)).isEmpty();
    }
  }

  @Test
  void findsAForkInWhatWasShippedBefore() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      shipped(nats, Runs.ofLength(Runs.ID, 5));
      delete(nats);
      try (var stream = AuditStream.connect(settings(nats))) {
        var thought = Runs.thought(Runs.ID, 1, "Something else", Phase.PLAN, Map.of());
        var forged = Runs.seal(List.of(thought)).getFirst();
        var record = StreamRecord.of(Runs.ID, 1, forged.bytes());
        var _ = stream.publish(List.of(record), _ -> false);
      }

      settle(nats);

      assertThat(files().forks()).singleElement().matches(f -> f.seq() == 1);
      assertThat(files().repaired()).singleElement().matches(r -> r.records() == 4);
    }
  }

  @Test
  void shipsAllThatWasLostButTheRecordThatForkedAndKeepsThatRepairOpen() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      shipped(nats, Runs.ofLength(Runs.ID, 600));
      delete(nats);
      var loss = lossOf(600);
      files().begin(loss); // and its process died
      forge(nats, 5);

      settle(nats);

      assertThat(differences(nats))
          .containsExactly(new RecordDifference(Runs.ID, 5, RecordDifference.Kind.DIFFERENT));
      assertThat(files().forks()).singleElement().matches(f -> f.seq() == 5);
      assertThat(files().repaired()).singleElement().matches(r -> r.records() == 599);
      assertThat(files().open())
          .singleElement()
          .satisfies(open -> {
            assertThat(open.ranges()).containsExactly(new StreamLoss.Range(Runs.ID, 5, 5));
            assertThat(open.cause()).isEqualTo(loss.cause());
          });
      assertThat(files().unrepaired()).isEqualTo(1);

      settle(nats);
      assertThat(files().repaired()).hasSize(1);
      assertThat(files().unrepaired()).isEqualTo(1);

      delete(nats);
      settle(nats);
      assertThat(files().unrepaired()).isZero();
      assertThat(files().forks()).isEmpty();
      assertThat(differences(nats)).isEmpty();
    }
  }

  @Test
  void comesToTheSameFilesThoughItsProcessDiedBetweenTwoOfThem() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      shipped(nats, Runs.ofLength(Runs.ID, 20));
      delete(nats);
      var loss = lossOf(20);
      files().begin(loss);
      forge(nats, 5);
      settle(nats);
      var repaired = files().repaired();
      files().begin(loss); // as if it had died before it took this away

      settle(nats);

      assertThat(files().repaired()).isEqualTo(repaired);
      assertThat(files().open()).singleElement().matches(open -> open.records() == 1);
    }
  }

  @Test
  void repairsTheOtherLogsOfALossThoughOneIsDamaged() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      shipped(nats, Runs.ofLength(Runs.ID, 20));
      shipped(nats, OTHER, Runs.ofLength(OTHER, 10));
      delete(nats);
      var log = journalFolder().records(Runs.ID);
      Files.writeString(log, Files.readString(log).replaceFirst("\"seq\":7,", "\"seq\":8,"));
      files()
          .begin(
              new StreamLoss(
                  NOON.toString(),
                  "it fell",
                  List.of(
                      new StreamLoss.Range(Runs.ID, 1, 20), new StreamLoss.Range(OTHER, 1, 10))));

      settle(nats);

      assertThat(files().unrepaired()).isEqualTo(20);
      assertThat(files().stuck())
          .singleElement()
          .satisfies(one -> {
            assertThat(one.execution()).isEqualTo(Runs.ID);
            assertThat(one.seq()).isEqualTo(7);
          });
      try (var stream = AuditStream.look(settings(nats))) {
        assertThat(stream.records(OTHER)).hasSize(10);
      }
    }
  }

  private static StreamLoss lossOf(long records) {
    return new StreamLoss(
        NOON.toString(), "it fell", List.of(new StreamLoss.Range(Runs.ID, 1, records)));
  }

  /** Puts another record in a place of the log. */
  private static void forge(NatsServer nats, int seq) throws Exception {
    var others = Runs.partingAfter(Runs.ofLength(Runs.ID, seq).subList(0, seq - 1), 1);
    var record = StreamRecord.of(Runs.ID, seq, others.getFirst().bytes());
    try (var stream = AuditStream.connect(settings(nats))) {
      var _ = stream.publish(List.of(record), _ -> false);
    }
  }

  @Test
  void saysWhenTooMuchWaitsAndThatNothingDoesOnceItIsShipped() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      nats.daemon().kill();
      var tight =
          new NatsSettings(
              nats.url(),
              Optional.empty(),
              Duration.ofSeconds(5),
              4_096,
              Optional.empty(),
              TlsSettings.DEFAULT);
      try (var journal = FileJournal.open(state(), tight, Duration.ofMillis(200))) {
        assertThat(journal.stream().full()).isEmpty();
        Runs.ofLength(Runs.ID, 40).forEach(s -> journal.append(Runs.ID, s));

        assertThat(journal.stream().full())
            .hasValueSatisfying(why ->
                assertThat(why)
                    .contains("wait for the stream at " + nats.url(), "nats.backlogMiB")
                    .contains("nothing is lost", "a rollback still works"));

        nats.restart();
        BoundedWait.until("all is shipped", LONG, () -> journal.waiting() == 0);
        assertThat(journal.stream().full()).isEmpty();
      }
    }
  }

  @Test
  void derivesOneTraceOfAnExecutionAndOneSpanOfARecord() {
    var chain = Runs.ofLength(Runs.ID, 3);
    var first = StreamRecord.of(Runs.ID, 1, chain.get(0).bytes());
    var second = StreamRecord.of(Runs.ID, 2, chain.get(1).bytes());

    assertThat(first.traceparent()).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01");
    assertThat(second.traceparent().substring(0, 35))
        .isEqualTo(first.traceparent().substring(0, 35));
    assertThat(second.traceparent()).isNotEqualTo(first.traceparent());
    assertThat(first.headers().getFirst("ce-traceparent")).isEqualTo(first.traceparent());
    assertThat(first.headers().getFirst("ce-specversion")).isEqualTo("1.0");
  }

  private Path state() {
    return folder.resolve("state");
  }

  private JournalFolder journalFolder() {
    return JournalFolder.in(state());
  }

  private StreamStateFiles files() {
    return new StreamStateFiles(journalFolder(), Optional.empty());
  }

  private void settle(NatsServer nats) throws IOException, InterruptedException {
    settled++;
    var keeper = new StreamReconciler(journalFolder(), files(), () -> NOON.plusSeconds(settled));
    try (var stream = AuditStream.connect(settings(nats))) {
      var _ = keeper.settle(stream);
    }
  }

  private void shipped(NatsServer nats, List<SealedRecord> chain) throws Exception {
    shipped(nats, Runs.ID, chain);
  }

  private void shipped(NatsServer nats, String id, List<SealedRecord> chain) throws Exception {
    try (var journal = FileJournal.open(state(), settings(nats))) {
      chain.forEach(s -> journal.append(id, s));
      assertThat(journal.flush(LONG).pending()).isZero();
    }
  }

  private List<RecordDifference> differences(NatsServer nats) throws Exception {
    try (var journal = FileJournal.open(state());
        var diff = StreamDiff.open(journal, settings(nats))) {
      return diff.compare(Runs.ID).differences();
    }
  }

  private static void delete(NatsServer nats) throws Exception {
    try (var connection = io.nats.client.Nats.connect(nats.url())) {
      connection.jetStreamManagement().deleteStream(AuditStream.NAME);
    }
  }

  private static NatsSettings settings(NatsServer nats) {
    return new NatsSettings(nats.url(), Optional.empty(), Duration.ofSeconds(20));
  }
}
