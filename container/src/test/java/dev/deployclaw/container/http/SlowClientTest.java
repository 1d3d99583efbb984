package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.VIC;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.http.Events.Event;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.core.fake.LogEntryFixture;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients of event streams that are slow, break off, or have what is superseded. */
class SlowClientTest {
  private static final String ID = "arch-2026-11-27-rate-limit-001";

  /** Of 2 KiB each: more than a client's and the system's buffers of a connection hold. */
  private static final int MANY = 6_000;

  /** The system's buffers of a connection hold 4 MiB and less by default. */
  private static final int FEW = 4_000;

  private static final int STREAMS = 2;

  @TempDir Path folder;

  private final HashChainSealer sealer = new HashChainSealer(SecretRedactor.of(List.of()));
  private FileJournal journal;
  private Served served;

  @BeforeEach
  void start() throws Exception {
    journal = FileJournal.open(folder.resolve("logs"));
    served = Served.start(folder, bounds(), journal, journal::tail);
  }

  @AfterEach
  void stop() {
    served.close();
    journal.close();
  }

  @Slow(
      guard = "dev.deployclaw.container.http.SlowClientTest#keepsLittleForAClientThatDoesNotRead",
      because = "it writes and reads thousands of records")
  @Test
  void readsOnAfterAPauseAndGetsEachRecordOnce() throws Exception {
    var log = written(MANY, true);

    try (var slow = Line.follow(served, ID, "0")) {
      try (var fast =
          Events.open(served, served.request("/v1/executions/" + ID + "/events", VIC))) {
        assertWhole(fast.all(), log);
      }
      assertThat(served.get("/healthz", "").status()).isEqualTo(200);

      assertWhole(slow.events().all(), log);
    }
  }

  /**
   * What is taken out of the log while the client doesn't read, it can only have where the agent
   * kept it for the client.
   */
  @Test
  void keepsLittleForAClientThatDoesNotRead() throws Exception {
    var log = written(MANY, false);

    try (var slow = Line.follow(served, ID, "0")) {
      try (var fast =
          Events.open(served, served.request("/v1/executions/" + ID + "/events", VIC))) {
        var _ = fast.until(e -> e.kind().equals("thought") && e.number() == MANY);
      }
      journal.supersede(ID, 3);
      var instead = chain("Going on", log.get(2).head(), 10);
      instead.forEach(sealed -> journal.append(ID, sealed));
      var all = slow.events().all();

      int kept = thoughts(all).size() - instead.size();
      assertThat(kept).isBetween(3, FEW);
      assertThat(thoughts(all).subList(0, kept)).isEqualTo(events(log.subList(0, kept)));
      assertThat(thoughts(all).subList(kept, kept + instead.size())).isEqualTo(events(instead));
      assertThat(all).filteredOn(e -> e.kind().equals("superseded")).containsExactly(after(log, 3));
      assertThat(all.getLast().kind()).isEqualTo("result");
    }
  }

  @Test
  void tellsAClientThatRecordsItHasAreSuperseded() throws Exception {
    var log = written(5, false);
    List<Event> instead;
    try (var line = Line.follow(served, ID, "0")) {
      var events = line.events();
      assertThat(thoughts(events.until(e -> e.id().startsWith("5-")))).isEqualTo(events(log));

      journal.supersede(ID, 2);
      var superseded = events.until(e -> e.kind().equals("superseded"));
      var sealed = chain("Going on", log.get(1).head(), 4);
      sealed.forEach(one -> journal.append(ID, one));
      instead = events(sealed);
      var rest = events.all();

      assertThat(superseded.getLast()).isEqualTo(after(log, 2));
      assertThat(thoughts(rest)).isEqualTo(instead);
      assertThat(rest.getLast().kind()).isEqualTo("result");
    }

    // one that wasn't there then, and comes back with what it has
    try (var line = Line.follow(served, ID, events(log).getLast().id())) {
      var all = line.events().all();

      assertThat(all.getFirst()).isEqualTo(after(log, 2));
      assertThat(thoughts(all)).isEqualTo(instead);
    }
    assertThat(status(instead.getLast().id())).isEqualTo(204);
    assertThat(status("6")).isEqualTo(204);
    assertThat(status("6-xyz")).isEqualTo(400);
  }

  @Test
  void freesThePlaceOfAClientThatBreaksOff() throws Exception {
    var _ = written(200, false);
    try (var stays = Line.follow(served, ID, "0")) {
      for (int i = 0; i < 3 * STREAMS; i++) {
        var line = opened();
        assertThat(status("0")).isEqualTo(503);
        if (i % 2 == 0) {
          line.breakOff();
        } else {
          line.close();
        }
      }
      try (var _ = opened()) {
        assertThat(status("0")).isEqualTo(503);
      }
      assertThat(stays.status()).isEqualTo(200);
    }
  }

  @Test
  void saysThatALogIsDamagedAndFreesThePlace() throws Exception {
    var _ = written(5, true);
    Files.writeString(file(), Files.readString(file()).replaceFirst("Looking", "Peeking"));

    for (int i = 0; i <= STREAMS; i++) {
      assertThat(status("0")).isEqualTo(500);
    }
  }

  /** It is whole when the call comes, and isn't when the stream begins. */
  @Test
  void saysSoTooWhereTheFirstLookFindsIt() throws Exception {
    var _ = written(5, true);
    var damaged = Files.createDirectories(folder.resolve("damaged"));
    var text = Files.readString(file()).replaceFirst("Looking", "Peeking");
    try (var other = FileJournal.open(damaged)) {
      Files.writeString(damaged.resolve("executions").resolve(ID + ".jsonl"), text);
      var again = Files.createDirectories(folder.resolve("again"));

      try (var agent = Served.start(again, bounds(), journal, other::tail)) {
        for (int i = 0; i <= STREAMS; i++) {
          try (var line = Line.follow(agent, ID, "0")) {
            assertThat(line.status()).isEqualTo(500);
          }
        }
      }
    }
  }

  private static ServerConfig.Bounds bounds() {
    var d = ServerConfig.Bounds.DEFAULT;
    return new ServerConfig.Bounds(
        d.queue(),
        d.bodyBytes(),
        d.requestsPerMinute(),
        STREAMS,
        Duration.ofMillis(100),
        d.look(),
        d.leaderWait(),
        d.stopWithin(),
        d.keepLogs(),
        new ServerConfig.Shares(STREAMS, 120, 512, 128));
  }

  /** A stream, as soon as there is a place for it. */
  private Line opened() {
    var got = new ArrayList<Line>();
    BoundedWait.until(
        "a place is free",
        ServerFixture.SOON,
        () -> {
          try {
            var line = Line.follow(served, ID, "0");
            if (line.status() == 200) {
              got.add(line);
            } else {
              line.close();
            }
            return !got.isEmpty();
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
    return got.getFirst();
  }

  private int status(String lastEvent) throws IOException {
    try (var line = Line.follow(served, ID, lastEvent)) {
      return line.status();
    }
  }

  private void assertWhole(List<Event> all, List<SealedRecord> log) {
    assertThat(thoughts(all)).isEqualTo(events(log));
    assertThat(all.getLast().kind()).isEqualTo("result");
    assertThat(all).filteredOn(e -> e.kind().equals("superseded")).isEmpty();
  }

  private static List<Event> thoughts(List<Event> events) {
    return events.stream().filter(e -> e.kind().equals("thought")).toList();
  }

  private static List<Event> events(List<SealedRecord> log) {
    return log.stream()
        .map(s -> new Event(id(s), "thought", new String(s.bytes(), StandardCharsets.UTF_8)))
        .toList();
  }

  private static Event after(List<SealedRecord> log, int number) {
    return new Event(id(log.get(number - 1)), "superseded", "{\"after\":" + number + "}");
  }

  private static String id(SealedRecord sealed) {
    return sealed.head().seq() + "-" + sealed.head().hash().substring(0, 16);
  }

  /** A log of so many records, written at once: each by itself would be synced. */
  private List<SealedRecord> written(int count, boolean ends) throws IOException {
    var log = chain("Looking", LogHead.START, ends ? count : count + 1).subList(0, count);
    var lines = new ByteArrayOutputStream();
    for (var sealed : log) {
      lines.write(sealed.bytes());
      lines.write('\n');
    }
    Files.write(file(), lines.toByteArray());
    return log;
  }

  private Path file() {
    return folder.resolve("logs/executions").resolve(ID + ".jsonl");
  }

  private List<SealedRecord> chain(String action, LogHead from, int count) {
    var out = new ArrayList<SealedRecord>();
    var head = from;
    for (int n = 1; n <= count; n++) {
      var sealed = sealer.seal(head, thought(action, n + from.seq(), n == count));
      out.add(sealed);
      head = sealed.head();
    }
    return out;
  }

  private static LogEntry thought(String action, long n, boolean end) {
    var plain =
        LogEntryFixture.of(ID, end ? Phase.END : Phase.STAGE, action)
            .step(end ? 0 : 1)
            .detail("at " + n + " " + "x".repeat(1_700));
    return end
        ? plain.facts(Map.of("result", "COMPLETED", "request", "look")).thought()
        : plain.thought();
  }
}
