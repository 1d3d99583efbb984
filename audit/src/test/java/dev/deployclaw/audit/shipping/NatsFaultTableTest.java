package dev.deployclaw.audit.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.Runs;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.journal.StreamDiff;
import dev.deployclaw.audit.record.StreamRecord;
import dev.deployclaw.audit.stream.AuditStream;
import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.audit.stream.RecordDifference;
import dev.deployclaw.audit.stream.StreamRequirements;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.log.StreamCopy.Repaired;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.file.TmpfsMount;
import dev.deployclaw.testkit.server.NatsServer;
import io.nats.client.Connection;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each thing that a real server does to a stream. Records come before it, while it lasts and after
 * it; once all is quiet the stream holds each of them once, and what it had lost is told of.
 */
@Slow(
    guard =
        "dev.deployclaw.audit.shipping.NatsShippingTest#losesAndDoublesNothingWhenTheServerIsKilledInTheMiddle",
    because = "it plays each fault of a stream and waits until it is healed")
@SuppressWarnings("try") // closing a NATS connection can be interrupted
class NatsFaultTableTest {
  private static final Duration LONG = Duration.ofSeconds(90);
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final int BEFORE = 40;
  private static final int DURING = 30;
  private static final int AFTER = 30;

  /**
   * Numbers in a record: so many that the server needs two blocks of 8 MiB for the first records.
   */
  private static final int MANY = 50_000;

  private static final int FEW = 10;

  /** Mebibytes. */
  private static final int DISK = 4;

  @TempDir Path folder;

  /** What is done to the server, and how that ends. */
  enum Fault {
    KILLED(0),
    PAUSED(0),
    STORE_LIMIT_REACHED(0),
    DISK_FULL(0),
    STREAM_DELETED(BEFORE),
    WRONG_SETTINGS(BEFORE),
    LOST_FROM_THE_END(BEFORE / 2),
    LOST_FROM_THE_FRONT(-1),
    LOST_FROM_THE_MIDDLE(-1),
    LOST_FROM_THE_MIDDLE_UNNOTICED(-1),
    DEDUPLICATION_WINDOW_PASSED(0),
    CREDENTIALS_REFUSED(0);

    /** Records that the stream loses; -1 where that is for the server to say. */
    private final int lost;

    Fault(int lost) {
      this.lost = lost;
    }

    /** Whether a file of the store is taken away, for which there must be several. */
    boolean ofBlocks() {
      return switch (this) {
        case LOST_FROM_THE_FRONT, LOST_FROM_THE_MIDDLE, LOST_FROM_THE_MIDDLE_UNNOTICED -> true;
        default -> false;
      };
    }
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void theStreamEndsWithEachRecordOnce(Fault fault) throws Exception {
    Assumptions.assumeTrue(
        fault != Fault.DISK_FULL || TmpfsMount.possible(),
        "a file system can be mounted by root alone");
    int fat = fault.ofBlocks() ? MANY : FEW;
    List<SealedRecord> chain = chain(BEFORE + DURING + AFTER, fat);
    Path data = Files.createDirectories(folder.resolve("nats"));
    try (var disk = disk(fault, data)) {
      var seen = new Seen();
      play(fault, chain, data, disk, seen);

      System.out.printf(
          "| %s | %d | %d | %d | %d | (nats-server %s)%n",
          fault.name().toLowerCase(Locale.ROOT).replace('_', ' '),
          chain.size(),
          seen.inStream,
          seen.lost,
          seen.repairs.size(),
          seen.version);
      assertThat(seen.differences).isEmpty();
      assertThat(seen.inStream).isEqualTo(chain.size());
      assertThat(seen.pending).isZero();
      boolean loses = fault.lost != 0;
      assertThat(seen.repairs).hasSize(loses ? 1 : 0);
      assertThat(seen.lost).isEqualTo(fault.lost >= 0 ? fault.lost : seen.lost);
      assertThat(seen.lost > 0).isEqualTo(loses);
    }
  }

  /** Null where the fault needs none. */
  private static @Nullable TmpfsMount disk(Fault fault, Path data) {
    return fault == Fault.DISK_FULL ? TmpfsMount.mount(data, DISK) : null;
  }

  /** What stands after all is quiet. */
  private static final class Seen {
    private String version = "";
    private long inStream;
    private long pending;
    private long lost;
    private List<Repaired> repairs = List.of();
    private List<RecordDifference> differences = List.of();
  }

  private void play(
      Fault fault, List<SealedRecord> chain, Path data, @Nullable TmpfsMount disk, Seen seen)
      throws Exception {
    try (var nats = NatsServer.start(data)) {
      var store = new StoreFiles(nats, folder.resolve("old"));
      if (fault == Fault.DEDUPLICATION_WINDOW_PASSED) {
        make(
            nats,
            StreamConfiguration.builder(StreamRequirements.configuration())
                .duplicateWindow(Duration.ofMillis(100))
                .build());
      }
      try (var journal = journal(nats)) {
        append(journal, chain.subList(0, BEFORE / 2));
        assertThat(journal.flush(LONG).pending()).isZero();
        if (fault == Fault.LOST_FROM_THE_END) {
          store.copy();
        }
        append(journal, chain.subList(BEFORE / 2, BEFORE));
        assertThat(journal.flush(LONG).pending()).isZero();

        strike(fault, nats, disk, store);
        append(journal, chain.subList(BEFORE, BEFORE + DURING));
        heal(fault, nats, disk, journal);
        append(journal, chain.subList(BEFORE + DURING, chain.size()));

        BoundedWait.until("all is shipped", LONG, () -> pending(journal) == 0);
        if (fault.lost != 0) {
          BoundedWait.until(
              "the loss is known", LONG, () -> !journal.stream().repaired().isEmpty());
        }
        seen.pending = pending(journal);
        seen.repairs = journal.stream().repaired();
        seen.lost = seen.repairs.stream().mapToLong(Repaired::records).sum();
        try (var diff = StreamDiff.open(journal, settings(nats))) {
          seen.differences = diff.compare(Runs.ID).differences();
        }
        seen.inStream = count(nats);
        seen.version = version(nats);
      }
    }
  }

  private void strike(Fault fault, NatsServer nats, @Nullable TmpfsMount disk, StoreFiles store)
      throws Exception {
    switch (fault) {
      case KILLED -> nats.daemon().kill();
      case PAUSED -> nats.daemon().pause();
      case STORE_LIMIT_REACHED -> {
        configure(nats, "max_file_store: 1GB", "max_file_store: 1KB");
        nats.restart();
      }
      case DISK_FULL -> Objects.requireNonNull(disk).fill();
      case STREAM_DELETED -> delete(nats);
      case WRONG_SETTINGS -> {
        delete(nats);
        make(
            nats,
            StreamConfiguration.builder()
                .name(AuditStream.NAME)
                .subjects(StreamRecord.SUBJECTS)
                .build());
        nats.restart(); // so that it is seen at once, and not in the next look
      }
      case LOST_FROM_THE_END -> store.putBack();
      case LOST_FROM_THE_FRONT -> store.loseABlock(0, false);
      case LOST_FROM_THE_MIDDLE -> store.loseABlock(1, false);
      case LOST_FROM_THE_MIDDLE_UNNOTICED -> store.loseABlock(1, true);
      case DEDUPLICATION_WINDOW_PASSED -> {
        var from = Instant.now();
        BoundedWait.until(
            "the window passed", LONG, () -> Instant.now().isAfter(from.plusMillis(500)));
        Files.delete(state().resolve("executions").resolve(Runs.ID + ".cursor"));
      }
      case CREDENTIALS_REFUSED -> {
        configure(nats, "jetstream {", "authorization { user: a, password: b }\njetstream {");
        nats.restart();
      }
    }
  }

  private void heal(Fault fault, NatsServer nats, @Nullable TmpfsMount disk, FileJournal journal)
      throws Exception {
    switch (fault) {
      case KILLED -> nats.restart();
      case PAUSED -> {
        awaitTrouble(journal);
        nats.daemon().resume();
      }
      case STORE_LIMIT_REACHED -> {
        awaitTrouble(journal);
        configure(nats, "max_file_store: 1KB", "max_file_store: 1GB");
        nats.restart();
      }
      case DISK_FULL -> {
        awaitTrouble(journal);
        Objects.requireNonNull(disk).makeRoom();
        nats.restart();
      }
      case WRONG_SETTINGS -> {
        BoundedWait.until(
            "the settings are seen", LONG, () -> reason(journal).contains("wrong settings"));
        delete(nats);
      }
      case CREDENTIALS_REFUSED -> {
        awaitTrouble(journal);
        configure(nats, "authorization { user: a, password: b }\n", "");
        nats.restart();
      }
      case STREAM_DELETED, LOST_FROM_THE_END, LOST_FROM_THE_FRONT -> {}
      case LOST_FROM_THE_MIDDLE, LOST_FROM_THE_MIDDLE_UNNOTICED -> {}
      case DEDUPLICATION_WINDOW_PASSED -> {}
    }
  }

  private static void awaitTrouble(FileJournal journal) {
    BoundedWait.until(
        "the trouble is known",
        LONG,
        () -> {
          String why = reason(journal);
          return !why.isEmpty() && !why.equals("not acknowledged yet");
        });
  }

  private static String reason(FileJournal journal) {
    return journal.shipping().reason();
  }

  private static long pending(FileJournal journal) {
    return journal.shipping().pending();
  }

  private static void configure(NatsServer nats, String from, String to) throws IOException {
    Path conf = nats.daemon().folder().resolve("nats.conf");
    String text = Files.readString(conf);
    assertThat(text).contains(from);
    Files.writeString(conf, text.replace(from, to));
  }

  private static void make(NatsServer nats, StreamConfiguration configuration) throws Exception {
    try (var connection = connect(nats)) {
      connection.jetStreamManagement().addStream(configuration);
    }
  }

  private static void delete(NatsServer nats) throws Exception {
    try (var connection = connect(nats)) {
      connection.jetStreamManagement().deleteStream(AuditStream.NAME);
    }
  }

  private static long count(NatsServer nats) throws Exception {
    try (var connection = connect(nats)) {
      var state = connection.jetStreamManagement().getStreamInfo(AuditStream.NAME).getStreamState();
      return state.getMsgCount();
    }
  }

  private static String version(NatsServer nats) throws Exception {
    try (var connection = connect(nats)) {
      return connection.getServerInfo().getVersion();
    }
  }

  private Path state() {
    return folder.resolve("state");
  }

  private FileJournal journal(NatsServer nats) {
    return FileJournal.open(state(), settings(nats), EVERY);
  }

  private static NatsSettings settings(NatsServer nats) {
    return new NatsSettings(nats.url(), Optional.empty(), Duration.ofSeconds(5));
  }

  private static Connection connect(NatsServer nats) throws IOException, InterruptedException {
    return io.nats.client.Nats.connect(nats.url());
  }

  private static void append(FileJournal journal, List<SealedRecord> chain) {
    chain.forEach(sealed -> journal.append(Runs.ID, sealed));
  }

  /** So many records, the first ones with a fact of so many numbers. */
  private static List<SealedRecord> chain(int length, int fat) {
    var thoughts = new ArrayList<LogEntry>();
    for (int n = 1; n <= length; n++) {
      var numbers = Collections.nCopies(n <= BEFORE ? fat : FEW, 12_345);
      var facts = Map.<String, Object>of("n", n, "fat", numbers);
      thoughts.add(Runs.thought(Runs.ID, 1, "Looking at " + n, Phase.STAGE, facts));
    }
    return Runs.seal(thoughts);
  }
}
