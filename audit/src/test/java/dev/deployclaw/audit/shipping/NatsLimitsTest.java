package dev.deployclaw.audit.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.Runs;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.journal.StreamDiff;
import dev.deployclaw.audit.stream.AuditStream;
import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.audit.stream.StreamRequirements;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.log.StreamCopy;
import dev.deployclaw.core.log.StreamCopy.Stuck;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.server.NatsServer;
import io.nats.client.Connection;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A record that is larger than a real server takes. It holds up its own log alone, everybody is
 * told which and why, and it is shipped once the server takes it.
 */
@SuppressWarnings("try") // closing a NATS connection can be interrupted
class NatsLimitsTest {
  private static final Duration LONG = Duration.ofSeconds(90);
  private static final Duration EVERY = Duration.ofMillis(500);
  private static final String OTHER = "arch-2026-11-24-rate-limit-002";
  private static final String SMALL = "max_payload: 4096\n";
  private static final String LARGE = "max_payload: 65536\n";
  private static final int FAT = 6;
  @TempDir Path folder;

  @Test
  void holdsUpItsOwnLogAloneUntilTheServerTakesMore() throws Exception {
    List<SealedRecord> chain = chain(20);
    List<SealedRecord> others = Runs.ofLength(OTHER, 40);
    try (var nats = NatsServer.start(folder.resolve("nats"), SMALL)) {
      try (var journal = journal(nats)) {
        append(journal, Runs.ID, chain.subList(0, 10));
        append(journal, OTHER, others.subList(0, 20));
        awaitStuck(journal.stream());
        append(journal, Runs.ID, chain.subList(10, 15));
        append(journal, OTHER, others.subList(20, 40));
        BoundedWait.until("the other log is shipped", LONG, () -> count(nats) == 5 + 40);

        assertThat(journal.stream().stuck())
            .singleElement()
            .satisfies(one -> {
              assertThat(one.execution()).isEqualTo(Runs.ID);
              assertThat(one.seq()).isEqualTo(FAT);
              assertThat(one.why()).contains("max_payload", "at most 4,096");
              assertThat(one.remedy()).contains("raise max_payload");
            });
        BoundedWait.until("that is known", LONG, () -> journal.shipping().pending() == 10);
        assertThat(journal.shipping().reason()).contains("from record 6 on", "raise max_payload");
      }
      assertThat(left(nats).stuck()).as("known without a process").hasSize(1);
      assertThat(Files.readString(nats.daemon().log())).doesNotContain("Maximum Payload");

      try (var journal = journal(nats)) {
        awaitStuck(journal.stream());
        append(journal, Runs.ID, chain.subList(15, 20));
        reload(nats);

        BoundedWait.until("all is shipped", LONG, () -> journal.shipping().pending() == 0);
        BoundedWait.until("it is over", LONG, () -> journal.stream().stuck().isEmpty());
        assertThat(count(nats)).isEqualTo(20 + 40);
        assertNoDifference(journal, nats);
      }
    }
  }

  @Test
  void isTriedAgainOnceTheStreamTakesMore() throws Exception {
    List<SealedRecord> chain = chain(10);
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      make(nats, 4_096);
      try (var journal = journal(nats)) {
        append(journal, Runs.ID, chain);
        append(journal, OTHER, Runs.ofLength(OTHER, 5));
        BoundedWait.until("all but that are shipped", LONG, () -> count(nats) == 5 + 5);
        awaitStuck(journal.stream());
        assertThat(journal.stream().stuck().getFirst().why())
            .contains("max_msg_size", "at most 4,096");

        allowAll(nats);

        BoundedWait.until("all is shipped", LONG, () -> journal.shipping().pending() == 0);
        BoundedWait.until("it is over", LONG, () -> journal.stream().stuck().isEmpty());
        assertNoDifference(journal, nats);
      }
    }
  }

  @Test
  void isSaidBeforeTheLookThatLearnsOfALimitThatWasSetMeanwhile() throws Exception {
    List<SealedRecord> chain = chain(10);
    try (var nats = NatsServer.start(folder.resolve("nats"));
        var journal = FileJournal.open(folder.resolve("state"), settings(nats))) {
      append(journal, Runs.ID, chain.subList(0, FAT - 1));
      assertThat(journal.flush(LONG).pending()).isZero();
      try (var connection = connect(nats)) {
        connection.jetStreamManagement().updateStream(shape().maximumMessageSize(4_096).build());
      }

      append(journal, Runs.ID, chain.subList(FAT - 1, 10));
      append(journal, OTHER, Runs.ofLength(OTHER, 5));

      awaitStuck(journal.stream());
      assertThat(journal.stream().stuck().getFirst().why()).contains("max_msg_size");
      BoundedWait.until("the other log is shipped", LONG, () -> records(nats, OTHER) == 5);
    }
  }

  @Test
  void leavesARepairOpenAndGivesTheStreamAllElse() throws Exception {
    List<SealedRecord> chain = chain(20);
    try (var nats = NatsServer.start(folder.resolve("nats"), LARGE)) {
      try (var journal = journal(nats)) {
        append(journal, Runs.ID, chain);
        assertThat(journal.flush(LONG).pending()).isZero();
      }
      try (var connection = connect(nats)) {
        connection.jetStreamManagement().deleteStream(AuditStream.NAME);
      }
      configure(nats, LARGE, SMALL);
      nats.restart();

      try (var journal = journal(nats)) {
        BoundedWait.until("all but that are there again", LONG, () -> count(nats) == 19);
        BoundedWait.until("it is told of", LONG, () -> journal.stream().unrepaired() == 1);
        assertThat(journal.stream().repaired()).singleElement().matches(r -> r.records() == 19);
        assertThat(journal.stream().stuck()).extracting(Stuck::seq).containsExactly((long) FAT);

        reload(nats);

        BoundedWait.until("the repair is whole", LONG, () -> journal.stream().unrepaired() == 0);
        BoundedWait.until("it is over", LONG, () -> journal.stream().stuck().isEmpty());
        assertThat(journal.stream().repaired()).hasSize(2);
        assertNoDifference(journal, nats);
      }
    }
  }

  /** Records of which the sixth has some 12 KiB. */
  private static List<SealedRecord> chain(int length) {
    var thoughts = new ArrayList<LogEntry>();
    for (int n = 1; n <= length; n++) {
      var numbers = Collections.nCopies(n == FAT ? 2_000 : 2, 12_345);
      thoughts.add(
          Runs.thought(Runs.ID, 1, "Looking at " + n, Phase.STAGE, Map.of("n", n, "fat", numbers)));
    }
    return Runs.seal(thoughts);
  }

  private static void awaitStuck(StreamCopy copy) {
    BoundedWait.until("the record is known", LONG, () -> !copy.stuck().isEmpty());
  }

  private StreamCopy left(NatsServer nats) {
    return StreamStateFiles.of(folder.resolve("state"), settings(nats));
  }

  private static void assertNoDifference(FileJournal journal, NatsServer nats) throws Exception {
    try (var diff = StreamDiff.open(journal, settings(nats))) {
      assertThat(diff.compare(Runs.ID).differences()).isEmpty();
    }
  }

  /** Has a running server read its configuration with the larger limit. */
  private static void reload(NatsServer nats) throws IOException {
    configure(nats, SMALL, LARGE);
    nats.daemon().hangUp();
  }

  private static void configure(NatsServer nats, String from, String to) throws IOException {
    Path conf = nats.daemon().folder().resolve("nats.conf");
    String text = Files.readString(conf);
    assertThat(text).contains(from);
    Files.writeString(conf, text.replace(from, to));
  }

  private static StreamConfiguration.Builder shape() {
    return StreamConfiguration.builder(StreamRequirements.configuration());
  }

  private static void make(NatsServer nats, int largest) throws Exception {
    try (var connection = connect(nats)) {
      connection.jetStreamManagement().addStream(shape().maximumMessageSize(largest).build());
    }
  }

  private static void allowAll(NatsServer nats) throws Exception {
    try (var connection = connect(nats)) {
      connection.jetStreamManagement().updateStream(shape().build());
    }
  }

  private static int records(NatsServer nats, String execution) {
    try (var stream = AuditStream.look(settings(nats))) {
      return stream.records(execution).size();
    } catch (IOException e) {
      return -1;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long count(NatsServer nats) {
    try (var stream = AuditStream.look(settings(nats))) {
      return stream.stock().messages();
    } catch (IOException e) {
      return -1;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Connection connect(NatsServer nats) throws IOException, InterruptedException {
    return io.nats.client.Nats.connect(nats.url());
  }

  private static void append(FileJournal journal, String id, List<SealedRecord> chain) {
    chain.forEach(sealed -> journal.append(id, sealed));
  }

  private FileJournal journal(NatsServer nats) {
    return FileJournal.open(folder.resolve("state"), settings(nats), EVERY);
  }

  private static NatsSettings settings(NatsServer nats) {
    return new NatsSettings(nats.url(), Optional.empty(), Duration.ofSeconds(5));
  }
}
