package dev.deployclaw.container.wiring;

import static dev.deployclaw.container.wiring.StoredLogs.ID;
import static dev.deployclaw.container.wiring.StoredLogs.OTHER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.core.environment.RetryPolicy;
import dev.deployclaw.core.log.BucketCopy.Proven;
import dev.deployclaw.core.log.BucketUnavailableException;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.testkit.server.NatsServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs leave the machine for a real bucket, and are read from there. */
class LeftLogsTest {
  @TempDir Path folder;
  @AutoClose private StoredLogs logs;

  @BeforeEach
  void start() {
    logs = new StoredLogs(folder);
  }

  @Test
  void aLogLeavesAndIsReadFromTheBucket() throws Exception {
    var before = left();

    assertThat(logs.log(ID)).doesNotExist();
    assertThat(logs.journal().hasLeft(ID)).isTrue();
    assertThat(logs.journal().executions()).isEmpty();
    assertThat(logs.journal().known()).containsExactly(ID);
    assertThat(texts(logs.journal().read(ID))).isEqualTo(before);
    logs.restart();
    assertThat(texts(logs.journal().read(ID))).isEqualTo(before);
    assertThat(logs.journal().bucket().copied()).isEmpty();
  }

  @Test
  void anotherMachineReadsItWhereTheStateStoreSaysItEnds() throws Exception {
    logs.write(ID, 20, true);
    assertThat(logs.segments().store().stored()).isEqualTo(1);
    var proven = logs.journal().bucket().prove(ID).orElseThrow();
    var end = end(proven);
    try (var elsewhere = new StoredLogs(folder.resolve("elsewhere"));
        var journal = FileJournal.open(elsewhere.state(), logs.copies())) {
      assertThat(texts(journal.bucket().read(proven.head(), ID, end)))
          .isEqualTo(texts(proven.records()));
      var other = new LogHead(end.seq(), "0".repeat(64));
      assertThatThrownBy(() -> journal.bucket().read(proven.head(), ID, other))
          .isInstanceOf(BucketUnavailableException.class)
          .hasMessageContaining("ends differently from its head in etcd");
      assertThatThrownBy(() -> journal.bucket().read(proven.head(), OTHER, end))
          .isInstanceOf(BucketUnavailableException.class)
          .hasMessageContaining("isn't a head of " + OTHER);
    }
  }

  @Test
  void nothingIsProvenThatIsNotReadBackWhole() throws Exception {
    logs.write(ID, 20, true);
    assertThat(logs.journal().bucket().prove(ID)).as("not copied").isEmpty();
    assertThat(logs.segments().store().stored()).isEqualTo(1);
    String second = logs.names(ID).get(1);
    String text = logs.text(second);

    logs.replaceInBucket(second, text.replaceFirst("Looking at", "Looking up"));
    assertThat(logs.journal().bucket().prove(ID)).as("changed").isEmpty();
    logs.removeFromBucket(second);
    assertThat(logs.journal().bucket().prove(ID)).as("gone").isEmpty();
    logs.replaceInBucket(second, text);
    assertThat(logs.journal().bucket().prove(ID)).as("as it was").isPresent();
    logs.write(ID, 3, false);
    assertThat(logs.journal().bucket().prove(ID)).as("went on").isEmpty();
  }

  @Test
  void aLogThatWentOnAfterItWasProvenStays() throws Exception {
    logs.write(ID, 20, true);
    assertThat(logs.segments().store().stored()).isEqualTo(1);
    var proven = logs.journal().bucket().prove(ID).orElseThrow();
    logs.write(ID, 1, false);

    assertThat(logs.journal().bucket().letGo(ID, proven)).isFalse();

    assertThat(logs.journal().read(ID)).hasSize(21);
  }

  @Test
  void whoeverGoesOnWithOneBringsItBack() throws Exception {
    var before = left();

    logs.write(ID, 1, false);

    assertThat(logs.log(ID)).exists();
    assertThat(texts(logs.journal().read(ID)))
        .hasSize(21)
        .startsWith(before.toArray(String[]::new));
  }

  @Test
  void saysThatTheBucketIsAwayOrThatNoneIsKnown() throws Exception {
    left();
    logs.server().close();

    try (var hasty = FileJournal.open(logs.state(), logs.hastyCopies())) {
      assertThatThrownBy(() -> hasty.read(ID))
          .isInstanceOf(BucketUnavailableException.class)
          .hasMessageContaining("can't be read");
    }
    try (var bare = FileJournal.open(logs.state())) {
      assertThatThrownBy(() -> bare.read(ID))
          .isInstanceOf(BucketUnavailableException.class)
          .hasMessageContaining(ID + " was moved to the bucket");
    }
  }

  @Test
  void aCopyThatWasChangedIsNotReadAsALog() throws Exception {
    left();
    String first = logs.names(ID).getFirst();
    logs.replaceInBucket(first, logs.text(first).replaceFirst("Looking at", "Looking up"));

    assertThatThrownBy(() -> logs.journal().read(ID))
        .isInstanceOf(DamagedJournalException.class)
        .hasMessageContaining("copy in the bucket");
  }

  @Test
  void whatTheStreamLacksStays() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      nats.daemon().kill();
      logs.write(ID, 20, true);
      assertThat(logs.segments().store().stored()).isEqualTo(1);
      var settings = NatsSettings.of(nats.url());
      try (var journal = FileJournal.open(logs.state(), settings, logs.copies())) {
        assertThat(journal.bucket().prove(ID)).isEmpty();
        nats.restart();
        var proven = awaitProof(journal);
        assertThat(journal.bucket().letGo(ID, proven)).isTrue();
        assertThat(logs.file(ID + ".cursor")).doesNotExist();
        assertThat(journal.read(ID)).hasSize(20);
      }
    }
  }

  /** The records of a log that has left. */
  private List<String> left() throws InterruptedException {
    logs.write(ID, 20, true);
    assertThat(logs.segments().store().stored()).isEqualTo(1);
    var proven = logs.journal().bucket().prove(ID).orElseThrow();
    assertThat(logs.journal().bucket().letGo(ID, proven)).isTrue();
    return texts(proven.records());
  }

  private static Proven awaitProof(FileJournal journal) throws InterruptedException {
    return RetryPolicy.within(Duration.ofSeconds(60), Duration.ofMillis(50))
        .until(Optional::isPresent, () -> journal.bucket().prove(ID))
        .orElseThrow();
  }

  private static LogHead end(Proven proven) {
    String last = texts(proven.records()).getLast();
    String hash = last.replaceAll(".*\"hash\":\"([0-9a-f]{64})\".*", "$1");
    return new LogHead(proven.records().size(), hash);
  }

  private static List<String> texts(List<byte[]> records) {
    return records.stream().map(r -> new String(r, StandardCharsets.UTF_8)).toList();
  }
}
