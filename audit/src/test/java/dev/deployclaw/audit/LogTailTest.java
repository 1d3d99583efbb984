package dev.deployclaw.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.log.Recorder.Sealed;
import dev.deployclaw.core.log.Thought.Phase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTailTest {
  @TempDir Path folder;

  private final List<Sealed> records = Runs.reference();

  @Test
  void givesEachRecordOnceAsItComes() {
    try (var journal = FileJournal.open(folder)) {
      var tail = journal.tail(Runs.ID);
      assertThat(tail.next()).isEmpty();
      var seen = new ArrayList<byte[]>();
      for (var sealed : records) {
        journal.append(Runs.ID, sealed);
        seen.addAll(tail.next());
        assertThat(tail.next()).isEmpty();
      }

      assertThat(seen).containsExactlyElementsOf(Runs.bytes(records));
    }
  }

  /** What was read isn't read again: bytes before it may even be others by now. */
  @Test
  void readsOnWhereItEnded() throws IOException {
    try (var journal = FileJournal.open(folder)) {
      journal.append(Runs.ID, records.get(0));
      journal.append(Runs.ID, records.get(1));
      var tail = journal.tail(Runs.ID);
      assertThat(tail.next()).hasSize(2);

      overwriteTheBeginning();
      journal.append(Runs.ID, records.get(2));

      assertThat(tail.next()).containsExactly(records.get(2).bytes());
      assertThatThrownBy(() -> journal.tail(Runs.ID).next()).isInstanceOf(DamagedJournal.class);
    }
  }

  @Test
  void waitsForTheRestOfALine() throws IOException {
    Path file = folder.resolve("executions").resolve(Runs.ID + ".jsonl");
    try (var journal = FileJournal.open(folder)) {
      journal.append(Runs.ID, records.get(0));
      var tail = journal.tail(Runs.ID);
      assertThat(tail.next()).hasSize(1);
      String line = new String(records.get(1).bytes(), StandardCharsets.UTF_8) + "\n";

      Files.writeString(file, line.substring(0, 40), StandardOpenOption.APPEND);
      assertThat(tail.next()).isEmpty();
      Files.writeString(file, line.substring(40), StandardOpenOption.APPEND);

      assertThat(tail.next()).containsExactly(records.get(1).bytes());
    }
  }

  @Test
  void givesWhatStandsInThePlaceOfRecordsThatWereTakenOut() {
    try (var journal = FileJournal.open(folder)) {
      records.subList(0, 4).forEach(r -> journal.append(Runs.ID, r));
      var tail = journal.tail(Runs.ID);
      assertThat(tail.next()).hasSize(4);
      var other = Runs.thought(Runs.ID, 1, "Went on elsewhere", Phase.PLAN, Map.of());
      var elsewhere = new ChainRecorder(Redaction.of(List.of())).seal(records.get(1).head(), other);

      journal.supersede(Runs.ID, 2);
      journal.append(Runs.ID, elsewhere);

      assertThat(tail.next()).containsExactly(elsewhere.bytes());
    }
  }

  @Test
  void noticesAChainThatBreaks() {
    try (var journal = FileJournal.open(folder)) {
      journal.append(Runs.ID, records.get(0));
      var tail = journal.tail(Runs.ID);
      assertThat(tail.next()).hasSize(1);

      append(records.get(2).bytes());

      assertThatThrownBy(tail::next).isInstanceOf(DamagedJournal.class);
    }
  }

  private void append(byte[] record) {
    Path file = folder.resolve("executions").resolve(Runs.ID + ".jsonl");
    try {
      String line = new String(record, StandardCharsets.UTF_8) + "\n";
      Files.writeString(file, line, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void overwriteTheBeginning() throws IOException {
    Path file = folder.resolve("executions").resolve(Runs.ID + ".jsonl");
    byte[] bytes = Files.readAllBytes(file);
    bytes[2] = 'X';
    Files.write(file, bytes);
  }
}
