package dev.deployclaw.audit.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.audit.Runs;
import dev.deployclaw.audit.record.StreamRecord;
import dev.deployclaw.audit.stream.AuditStream;
import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.audit.stream.RecordDifference;
import dev.deployclaw.audit.stream.RecordDifference.Kind;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.testkit.server.NatsServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal against the stream of a real server. */
@SuppressWarnings("try") // closing a NATS connection can be interrupted
class StreamDiffTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  @TempDir Path folder;

  @Test
  void findsNoDifferenceOnceAllIsShipped() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      shipped(nats, "state", Runs.ofLength(Runs.ID, 700));

      assertThat(compared(nats, "state"))
          .isEqualTo(new StreamDiff.Compared(Runs.ID, 700, List.of()));
    }
  }

  @Test
  void namesWhatTheStreamLacks() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      var chain = Runs.ofLength(Runs.ID, 20);
      shipped(nats, "state", chain.subList(0, 18));
      try (var later = FileJournal.open(folder.resolve("state"))) {
        chain.subList(18, 20).forEach(s -> later.append(Runs.ID, s));
      }

      assertThat(compared(nats, "state").differences())
          .containsExactly(differs(19, Kind.MISSING), differs(20, Kind.MISSING));
    }
  }

  @Test
  void namesWhatTheStreamLostFromTheMiddle() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      var chain = Runs.ofLength(Runs.ID, 9);
      try (var journal = FileJournal.open(folder.resolve("state"));
          var stream = AuditStream.connect(settings(nats))) {
        for (var sealed : chain) {
          journal.append(Runs.ID, sealed);
        }
        for (int i = 0; i < chain.size(); i++) {
          if (i != 4) {
            var record = StreamRecord.of(Runs.ID, i + 1, chain.get(i).bytes());
            var _ = stream.publish(List.of(record), _ -> false);
          }
        }
      }

      assertThat(compared(nats, "state").differences()).containsExactly(differs(5, Kind.MISSING));
    }
  }

  @Test
  void namesAnotherRecordInTheSamePlaceAndOneTooMany() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      var chain = Runs.ofLength(Runs.ID, 6);
      shipped(nats, "elsewhere", chain);
      try (var mine = FileJournal.open(folder.resolve("state"))) {
        Runs.ofLength(Runs.ID, 5).forEach(s -> mine.append(Runs.ID, s));
      }

      assertThat(compared(nats, "state").differences())
          .containsExactly(differs(5, Kind.DIFFERENT), differs(6, Kind.EXTRA));
    }
  }

  @Test
  void takesWhatWasLostForNoDifferenceAndWantsTheLogBesideIt() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      var chain = Runs.ofLength(Runs.ID, 8);
      var others = Runs.partingAfter(chain.subList(0, 3), 3);
      shipped(nats, "state", chain);
      try (var later = FileJournal.open(folder.resolve("state"))) {
        later.supersede(Runs.ID, 3);
        others.forEach(s -> later.append(Runs.ID, s));
      }

      assertThat(compared(nats, "state").differences())
          .containsExactly(
              differs(4, Kind.MISSING), differs(5, Kind.MISSING), differs(6, Kind.MISSING));

      shipped(nats, "state", others.subList(2, 3));

      assertThat(compared(nats, "state")).isEqualTo(new StreamDiff.Compared(Runs.ID, 6, List.of()));
    }
  }

  @Test
  void namesExecutionsThatNoJournalHereKnows() throws Exception {
    String other = "arch-2026-11-24-rate-limit-002";
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      shipped(nats, "state", Runs.ofLength(Runs.ID, 3));
      assertThat(elsewhere(nats)).isEmpty();
      try (var machine = FileJournal.open(folder.resolve("elsewhere"), settings(nats))) {
        Runs.ofLength(other, 4).forEach(s -> machine.append(other, s));
        assertThat(machine.flush(LONG).pending()).isZero();
      }

      assertThat(elsewhere(nats)).containsExactly(other);
      assertThat(compared(nats, "state").differences()).isEmpty();
    }
  }

  private List<String> elsewhere(NatsServer nats) throws Exception {
    try (var journal = FileJournal.open(folder.resolve("state"));
        var diff = StreamDiff.open(journal, settings(nats))) {
      return diff.elsewhere();
    }
  }

  @Test
  void makesNoStreamWhereThereIsNone() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      assertThatThrownBy(() -> compared(nats, "state")).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> compared(nats, "state"))
          .as("the second look finds none either")
          .isInstanceOf(IOException.class);
    }
  }

  private void shipped(NatsServer nats, String state, List<SealedRecord> chain) throws Exception {
    try (var journal = FileJournal.open(folder.resolve(state), settings(nats))) {
      chain.forEach(s -> journal.append(Runs.ID, s));
      assertThat(journal.flush(LONG).pending()).isZero();
    }
  }

  private StreamDiff.Compared compared(NatsServer nats, String state) throws Exception {
    try (var journal = FileJournal.open(folder.resolve(state));
        var diff = StreamDiff.open(journal, settings(nats))) {
      return diff.compare(Runs.ID);
    }
  }

  private static NatsSettings settings(NatsServer nats) {
    return new NatsSettings(nats.url(), Optional.empty(), Duration.ofSeconds(20));
  }

  private static RecordDifference differs(long seq, Kind kind) {
    return new RecordDifference(Runs.ID, seq, kind);
  }
}
