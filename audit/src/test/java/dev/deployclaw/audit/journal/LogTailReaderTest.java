package dev.deployclaw.audit.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.audit.Runs;
import dev.deployclaw.audit.journal.LogTailReader.Look;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogTailReaderTest {
  private static final int MOST = 1_000;

  @TempDir Path folder;

  private final List<SealedRecord> records = Runs.reference();

  @Test
  void givesEachRecordOnceAsItComes() {
    try (var journal = FileJournal.open(folder)) {
      var tail = journal.tail(Runs.ID);
      assertThat(next(tail)).isEmpty();
      var seen = new ArrayList<byte[]>();
      for (var sealed : records) {
        assertThat(tail.atEnd()).isFalse();
        journal.append(Runs.ID, sealed);
        seen.addAll(next(tail));
        assertThat(next(tail)).isEmpty();
      }

      assertThat(seen).containsExactlyElementsOf(Runs.bytes(records));
      assertThat(tail.atEnd()).isTrue();
    }
  }

  /** What was read isn't read again: bytes before it may even be others by now. */
  @Test
  void readsOnWhereItEnded() throws IOException {
    try (var journal = FileJournal.open(folder)) {
      append(journal, 0, 2);
      var tail = journal.tail(Runs.ID);
      assertThat(next(tail)).hasSize(2);

      overwriteTheBeginning();
      append(journal, 2, 3);

      assertThat(next(tail)).containsExactly(records.get(2).bytes());
      assertThatThrownBy(() -> next(journal.tail(Runs.ID)))
          .isInstanceOf(DamagedJournalException.class);
    }
  }

  @Test
  void takesNoMoreThanItIsAskedFor() {
    try (var journal = FileJournal.open(folder)) {
      append(journal, 0, records.size());
      var tail = journal.tail(Runs.ID);
      var seen = new ArrayList<byte[]>();
      boolean more = true;
      for (int looks = 0; more && looks < records.size(); looks++) {
        var look = tail.next(3);
        assertThat(look.records()).hasSizeLessThanOrEqualTo(3);
        look.records().forEach(r -> seen.add(r.bytes()));
        more = look.more();
      }

      assertThat(more).isFalse();
      assertThat(seen).containsExactlyElementsOf(Runs.bytes(records));
    }
  }

  @Test
  void takesFewBytesAtATime() {
    var recorder = new HashChainSealer(SecretRedactor.of(List.of()));
    var head = LogHead.START;
    var big = Map.<String, Object>of("x", "x".repeat(LogTailReader.MOST_BYTES / 3));
    try (var journal = FileJournal.open(folder)) {
      for (int n = 0; n < 9; n++) {
        var sealed = recorder.seal(head, Runs.thought(Runs.ID, 1, "Big", Phase.PLAN, big));
        journal.append(Runs.ID, sealed);
        head = sealed.head();
      }
      var tail = journal.tail(Runs.ID);

      var look = tail.next(MOST);

      assertThat(look.records()).hasSizeBetween(1, 4);
      assertThat(look.more()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void beginsBehindARecordThatIsHad(boolean whole) {
    try (var journal = FileJournal.open(folder)) {
      append(journal, 0, 5);
      var had = records.get(3).head();

      assertThat(next(tail(journal, had, whole))).containsExactly(records.get(4).bytes());
      assertThat(next(tail(journal, shortened(had), whole))).hasSize(1);
      assertThat(next(tail(journal, new LogHead(4, ""), whole))).hasSize(1);
      assertThat(next(tail(journal, records.get(4).head(), whole))).isEmpty();
      assertThat(next(tail(journal, new LogHead(7, ""), whole))).isEmpty();
    }
  }

  @Test
  void waitsForTheRestOfALine() throws IOException {
    Path file = folder.resolve("executions").resolve(Runs.ID + ".jsonl");
    try (var journal = FileJournal.open(folder)) {
      append(journal, 0, 1);
      var tail = journal.tail(Runs.ID);
      assertThat(next(tail)).hasSize(1);
      String line = new String(records.get(1).bytes(), StandardCharsets.UTF_8) + "\n";

      Files.writeString(file, line.substring(0, 40), StandardOpenOption.APPEND);
      assertThat(next(tail)).isEmpty();
      Files.writeString(file, line.substring(40), StandardOpenOption.APPEND);

      assertThat(next(tail)).containsExactly(records.get(1).bytes());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void givesWhatStandsInThePlaceOfRecordsThatWereTakenOut(boolean whole) {
    try (var journal = FileJournal.open(folder)) {
      append(journal, 0, 4);
      var tail = tail(journal, LogHead.START, whole);
      assertThat(next(tail)).hasSize(4);
      var elsewhere = elsewhere(records.get(1).head());

      journal.supersede(Runs.ID, 2);
      journal.append(Runs.ID, elsewhere);
      var look = tail.next(MOST);

      assertThat(look.superseded()).contains(records.get(1).head());
      assertThat(look.records()).extracting(SealedRecord::bytes).containsExactly(elsewhere.bytes());
      assertThat(tail.next(MOST)).isEqualTo(new Look(Optional.empty(), List.of(), false));
    }
  }

  /** Also to one that comes back with a record that isn't in the log any more. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void saysThatWhatIsHadIsSuperseded(boolean whole) {
    try (var journal = FileJournal.open(folder)) {
      append(journal, 0, 4);
      journal.supersede(Runs.ID, 2);
      var cut = tail(journal, shortened(records.get(3).head()), whole).next(MOST);
      var third = elsewhere(records.get(1).head());
      journal.append(Runs.ID, third);
      journal.append(Runs.ID, elsewhere(third.head()));

      var look = tail(journal, shortened(records.get(3).head()), whole).next(MOST);

      assertThat(cut).isEqualTo(new Look(Optional.of(records.get(1).head()), List.of(), false));
      assertThat(look.superseded()).contains(records.get(1).head());
      assertThat(look.records()).hasSize(2);
      var after = tail(journal, third.head(), whole).next(MOST);
      assertThat(after.superseded()).isEmpty();
      assertThat(after.records()).hasSize(1);
    }
  }

  /** Cut twice, it begins before the first record that was ever another one. */
  @Test
  void goesBackBehindAllThatWasEverTakenOut() {
    try (var journal = FileJournal.open(folder)) {
      append(journal, 0, 4);
      journal.supersede(Runs.ID, 1);
      var second = elsewhere(records.get(0).head());
      journal.append(Runs.ID, second);
      journal.append(Runs.ID, elsewhere(second.head()));
      var tail = journal.tail(Runs.ID);
      assertThat(next(tail)).hasSize(3);

      journal.supersede(Runs.ID, 2);
      var look = tail.next(MOST);

      assertThat(look.superseded()).contains(records.get(0).head());
      assertThat(look.records()).extracting(SealedRecord::bytes).containsExactly(second.bytes());
    }
  }

  @Test
  void noticesAChainThatBreaks() {
    try (var journal = FileJournal.open(folder)) {
      append(journal, 0, 1);
      var tail = journal.tail(Runs.ID);
      assertThat(next(tail)).hasSize(1);

      append(records.get(2).bytes());

      assertThatThrownBy(() -> next(tail)).isInstanceOf(DamagedJournalException.class);
    }
  }

  private static List<byte[]> next(LogTailReader tail) {
    return tail.next(MOST).records().stream().map(SealedRecord::bytes).toList();
  }

  private static LogTailReader tail(FileJournal journal, LogHead had, boolean whole) {
    return whole ? LogTailReader.of(journal, Runs.ID, had) : journal.tail(Runs.ID, had);
  }

  private static LogHead shortened(LogHead head) {
    return new LogHead(head.seq(), head.hash().substring(0, 16));
  }

  private static SealedRecord elsewhere(LogHead from) {
    var other = Runs.thought(Runs.ID, 1, "Went on elsewhere", Phase.PLAN, Map.of());
    return new HashChainSealer(SecretRedactor.of(List.of())).seal(from, other);
  }

  private void append(FileJournal journal, int from, int to) {
    records.subList(from, to).forEach(r -> journal.append(Runs.ID, r));
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
