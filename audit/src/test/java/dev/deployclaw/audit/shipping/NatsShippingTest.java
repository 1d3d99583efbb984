package dev.deployclaw.audit.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.Runs;
import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.StreamRecord;
import dev.deployclaw.audit.stream.AuditStream;
import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.core.log.Journal.Shipping;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.server.NatsServer;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The journal and a real server. */
@SuppressWarnings("try") // closing a NATS connection can be interrupted
class NatsShippingTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(300);

  /** The message's id, the expected stream, and the expected last number of the subject. */
  private static final int OF_JETSTREAM = 3;

  @TempDir Path folder;

  @Test
  void shipsEachRecordOnceInOrderWithItsAttributes() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"));
        var journal = journal(nats)) {
      List<SealedRecord> chain = Runs.ofLength(Runs.ID, 600);
      append(journal, Runs.ID, chain);

      assertThat(journal.flush(LONG)).isEqualTo(new Shipping(600, 0, ""));

      List<MessageInfo> messages = ShippedMessages.messages(nats);
      assertThat(messages).hasSize(600);
      for (int i = 0; i < messages.size(); i++) {
        MessageInfo message = messages.get(i);
        assertThat(message.getSubject()).isEqualTo("deployclaw.audit." + Runs.ID + "." + (i + 1));
        assertThat(message.getData()).isEqualTo(chain.get(i).bytes());
        assertThat(ShippedMessages.header(message, "Nats-Msg-Id"))
            .isEqualTo(chain.get(i).head().hash());
        assertCloudEvent(message, chain.get(i));
      }
      assertThat(messages.stream().map(m -> ShippedMessages.header(m, "traceparent")))
          .doesNotHaveDuplicates();
    }
  }

  /** All attributes, from the record's own bytes and what W3C and CloudEvents ask for. */
  private static void assertCloudEvent(MessageInfo message, SealedRecord sealed) throws Exception {
    var record = StrictJson.parseObject(sealed.bytes());
    String hash = sealed.head().hash();
    String trace = sha256("deployclaw.execution:" + Runs.ID).substring(0, 32);
    String traceparent = "00-" + trace + "-" + hash.substring(0, 16) + "-01";

    assertThat(ShippedMessages.header(message, "ce-specversion")).isEqualTo("1.0");
    assertThat(ShippedMessages.header(message, "ce-id"))
        .isEqualTo(hash)
        .isEqualTo(record.get("hash"));
    assertThat(ShippedMessages.header(message, "ce-type")).isEqualTo("dev.deployclaw.audit.record");
    assertThat(ShippedMessages.header(message, "ce-source"))
        .isEqualTo("/deployclaw/executions/" + Runs.ID);
    assertThat(ShippedMessages.header(message, "ce-subject"))
        .isEqualTo(String.valueOf(record.get("seq")));
    assertThat(ShippedMessages.header(message, "ce-time")).isEqualTo(record.get("time"));
    assertThat(Instant.parse(ShippedMessages.header(message, "ce-time"))).isAfter(Instant.EPOCH);
    assertThat(ShippedMessages.header(message, "ce-traceparent")).isEqualTo(traceparent);
    assertThat(ShippedMessages.header(message, "traceparent")).isEqualTo(traceparent);
    assertThat(ShippedMessages.header(message, "content-type")).isEqualTo("application/json");
    assertThat(Objects.requireNonNull(message.getHeaders()).keySet()).hasSize(9 + OF_JETSTREAM);
  }

  private static String sha256(String text) throws Exception {
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest);
  }

  @Test
  void shipsAllOfMoreLogsThanItKeepsInMind() throws Exception {
    int logs = 11;
    try (var offline = FileJournal.open(state())) {
      for (int i = 1; i <= logs; i++) {
        String id = "arch-2026-11-24-rate-limit-%03d".formatted(i);
        append(offline, id, Runs.ofLength(id, 2));
      }
    }

    try (var nats = NatsServer.start(folder.resolve("nats"));
        var _ = NatsShipper.start(JournalFolder.in(state()), settings(nats), SHORT, 3)) {
      BoundedWait.until(
          "the oldest is shipped, too", LONG, () -> ShippedMessages.countOf(nats) == 2L * logs);
    }
  }

  @Test
  void makesTheStreamSoThatItGivesNothingUp() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"));
        var journal = journal(nats)) {
      append(journal, Runs.ID, Runs.ofLength(Runs.ID, 1));
      assertThat(journal.flush(LONG).pending()).isZero();

      try (var connection = ShippedMessages.connect(nats)) {
        StreamConfiguration found =
            connection.jetStreamManagement().getStreamInfo(AuditStream.NAME).getConfiguration();
        assertThat(found.getSubjects()).containsExactly("deployclaw.audit.>");
        assertThat(found.getStorageType()).isEqualTo(StorageType.File);
        assertThat(found.getRetentionPolicy()).isEqualTo(RetentionPolicy.Limits);
        assertThat(found.getDiscardPolicy()).isEqualTo(DiscardPolicy.New);
        assertThat(found.isDiscardNewPerSubject()).isTrue();
        assertThat(found.getMaxMsgsPerSubject()).isEqualTo(1);
        assertThat(found.getDenyDelete()).isTrue();
        assertThat(found.getDenyPurge()).isTrue();
      }
    }
  }

  @Test
  void sendsAgainWithoutDoublingWhenTheCursorIsLost() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      List<SealedRecord> chain = Runs.ofLength(Runs.ID, 40);
      try (var journal = journal(nats)) {
        append(journal, Runs.ID, chain.subList(0, 39));
        assertThat(journal.flush(LONG).pending()).isZero();
      }
      Files.delete(state().resolve("executions").resolve(Runs.ID + ".cursor"));

      try (var journal = journal(nats)) {
        append(journal, Runs.ID, chain.subList(39, 40));

        assertThat(journal.flush(LONG)).isEqualTo(new Shipping(40, 0, ""));
        assertThat(ShippedMessages.messages(nats)).hasSize(40);
      }
    }
  }

  @Test
  void shipsOnceWhatTwoMachinesBothHold() throws Exception {
    List<SealedRecord> chain = Runs.ofLength(Runs.ID, 40);
    try (var nats = NatsServer.start(folder.resolve("nats"));
        var first = journal(nats);
        var second = FileJournal.open(folder.resolve("elsewhere"), settings(nats))) {
      append(first, Runs.ID, chain.subList(0, 20));
      append(second, Runs.ID, chain);

      assertThat(first.flush(LONG)).isEqualTo(new Shipping(20, 0, ""));
      assertThat(second.flush(LONG)).isEqualTo(new Shipping(40, 0, ""));
      assertThat(ShippedMessages.messages(nats)).hasSize(40);
    }
  }

  @Test
  void losesAndDoublesNothingWhenTheServerIsKilledInTheMiddle() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"));
        var journal = journal(nats)) {
      List<SealedRecord> chain = Runs.ofLength(Runs.ID, 3_000);
      for (int i = 0; i < chain.size(); i++) {
        journal.append(Runs.ID, chain.get(i));
        if (i == 1_000) {
          nats.daemon().kill();
        }
        if (i == 2_000) {
          nats.restart();
        }
      }

      assertThat(journal.flush(LONG)).isEqualTo(new Shipping(3_000, 0, ""));
      assertThat(ShippedMessages.messages(nats).stream().map(MessageInfo::getData))
          .containsExactlyElementsOf(Runs.bytes(chain));
    }
  }

  @Test
  void goesOnWithoutAServerAndShipsAtTheNextStart() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      List<SealedRecord> chain = Runs.ofLength(Runs.ID, 20);
      nats.daemon().kill();
      try (var journal = journal(nats)) {
        append(journal, Runs.ID, chain);

        Shipping standing = journal.flush(SHORT);

        assertThat(standing.pending()).isEqualTo(20);
        assertThat(standing.reason()).contains(nats.url());
        assertThat(journal.read(Runs.ID)).hasSize(20);
      }
      nats.restart();

      try (var journal = journal(nats)) {
        assertThat(journal.executions()).containsExactly(Runs.ID);
        BoundedWait.until(
            "the backlog is shipped", LONG, () -> ShippedMessages.countOf(nats) == 20);
        assertThat(ShippedMessages.messages(nats)).hasSize(20);
      }
    }
  }

  @Test
  void shipsAgainWhatTheStreamLostAfterAcknowledging() throws Exception {
    List<SealedRecord> chain = Runs.ofLength(Runs.ID, 30);
    try (var nats = NatsServer.start(folder.resolve("nats"));
        var journal = journal(nats)) {
      append(journal, Runs.ID, chain.subList(0, 29));
      assertThat(journal.flush(LONG).pending()).isZero();
    }

    try (var fresh = NatsServer.start(folder.resolve("fresh"));
        var journal = journal(fresh)) {
      append(journal, Runs.ID, chain.subList(29, 30));

      assertThat(journal.flush(LONG)).isEqualTo(new Shipping(30, 0, ""));
      assertThat(ShippedMessages.messages(fresh)).hasSize(30);
    }
  }

  @Test
  void detectsAForkAndShipsTheOtherExecutions() throws Exception {
    String other = "arch-2026-11-24-rate-limit-002";
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      try (var journal = journal(nats)) {
        append(journal, Runs.ID, Runs.ofLength(Runs.ID, 5));
        assertThat(journal.flush(LONG).pending()).isZero();
      }

      try (var forged = FileJournal.open(folder.resolve("forged"), settings(nats))) {
        var thought = Runs.thought(Runs.ID, 1, "Something else", Phase.PLAN, Map.of());
        append(forged, Runs.ID, Runs.seal(List.of(thought)));
        append(forged, other, Runs.ofLength(other, 3));
        Shipping standing = forged.flush(LONG);

        assertThat(standing.shipped()).isEqualTo(3);
        assertThat(standing.pending()).isEqualTo(1);
        assertThat(standing.reason()).contains("FORK").contains("record 1 of " + Runs.ID);
      }
      assertThat(ShippedMessages.messages(nats)).hasSize(8);
    }
  }

  @Test
  void putsTheLogBesideLostRecordsThatTheStreamHolds() throws Exception {
    List<SealedRecord> chain = Runs.ofLength(Runs.ID, 8);
    List<SealedRecord> others = Runs.partingAfter(chain.subList(0, 3), 4);
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      try (var journal = journal(nats)) {
        append(journal, Runs.ID, chain.subList(0, 5));
        assertThat(journal.flush(LONG).pending()).isZero();

        journal.supersede(Runs.ID, 3);
        append(journal, Runs.ID, others);

        assertThat(journal.flush(LONG)).isEqualTo(new Shipping(7, 0, ""));
        assertThat(ShippedMessages.subjects(nats))
            .containsExactlyInAnyOrderElementsOf(parted(others));
      }
      Files.delete(state().resolve("executions").resolve(Runs.ID + ".cursor"));

      try (var journal = journal(nats)) {
        append(journal, Runs.ID, others.subList(3, 4));

        assertThat(journal.flush(LONG)).isEqualTo(new Shipping(7, 0, ""));
        assertThat(ShippedMessages.subjects(nats))
            .containsExactlyInAnyOrderElementsOf(parted(others));
      }
    }
  }

  /** Five records of the one chain; of the other, two beside them, and two after them. */
  private static List<String> parted(List<SealedRecord> others) {
    String each = "deployclaw.audit." + Runs.ID + ".";
    return List.of(
        each + 1,
        each + 2,
        each + 3,
        each + 4,
        each + 5,
        each + 6,
        each + 7,
        each + "4." + others.get(0).head().hash(),
        each + "5." + others.get(1).head().hash());
  }

  @Test
  void doesNotTrustACursorOfWhatTheFileWas() throws Exception {
    List<SealedRecord> chain = Runs.ofLength(Runs.ID, 8);
    List<SealedRecord> others = Runs.partingAfter(chain.subList(0, 3), 4);
    var cursor = state().resolve("executions").resolve(Runs.ID + ".cursor");
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      try (var journal = journal(nats)) {
        append(journal, Runs.ID, chain.subList(0, 5));
        assertThat(journal.flush(LONG).pending()).isZero();
      }
      byte[] stale = Files.readAllBytes(cursor);
      try (var journal = FileJournal.open(state())) {
        journal.supersede(Runs.ID, 3);
        append(journal, Runs.ID, others);
      }
      Files.write(cursor, stale); // by another process, which shipped meanwhile

      try (var journal = journal(nats)) {
        assertThat(journal.superseded()).hasSize(1);
        BoundedWait.until("all of it is shipped", LONG, () -> ShippedMessages.countOf(nats) == 9);
        assertThat(ShippedMessages.subjects(nats))
            .containsExactlyInAnyOrderElementsOf(parted(others));
      }
    }
  }

  @Test
  void shipsNothingToAStreamThatMayGiveRecordsUp() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      try (var connection = ShippedMessages.connect(nats)) {
        connection
            .jetStreamManagement()
            .addStream(
                StreamConfiguration.builder()
                    .name(AuditStream.NAME)
                    .subjects(StreamRecord.SUBJECTS)
                    .maxMessagesPerSubject(1)
                    .build());
      }
      try (var journal = journal(nats)) {
        append(journal, Runs.ID, Runs.ofLength(Runs.ID, 2));
        BoundedWait.until(
            "the shipper has seen the settings",
            LONG,
            () -> reason(journal).contains("wrong settings"));

        assertThat(ShippedMessages.messages(nats)).isEmpty();
      }
    }
  }

  private Path state() {
    return folder.resolve("state");
  }

  private FileJournal journal(NatsServer nats) {
    return FileJournal.open(state(), settings(nats));
  }

  private static NatsSettings settings(NatsServer nats) {
    return new NatsSettings(nats.url(), Optional.empty(), Duration.ofSeconds(20));
  }

  private static void append(FileJournal journal, String id, List<SealedRecord> chain) {
    chain.forEach(sealed -> journal.append(id, sealed));
  }

  private static String reason(FileJournal journal) {
    try {
      return journal.flush(Duration.ofMillis(100)).reason();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
