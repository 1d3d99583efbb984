package dev.deployclaw.audit.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.audit.Runs;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogTakenOverException;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.log.SupersededRecords;
import dev.deployclaw.testkit.SeededLoop;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileJournalTest {
  private final List<SealedRecord> chain = Runs.reference();
  @TempDir Path state;

  @Test
  void readsBackWhatWasAppendedByteForByte() {
    try (var journal = FileJournal.open(state)) {
      chain.forEach(sealed -> journal.append(Runs.ID, sealed));

      assertThat(journal.read(Runs.ID)).containsExactlyElementsOf(Runs.bytes(chain));
    }
  }

  @Test
  void goesOnInAnotherProcessWhereTheFirstStopped() {
    try (var first = FileJournal.open(state);
        var second = FileJournal.open(state)) {
      chain.subList(0, 5).forEach(sealed -> first.append(Runs.ID, sealed));
      chain.subList(5, 8).forEach(sealed -> second.append(Runs.ID, sealed));
      chain.subList(8, chain.size()).forEach(sealed -> first.append(Runs.ID, sealed));

      assertThat(second.read(Runs.ID)).containsExactlyElementsOf(Runs.bytes(chain));
    }
  }

  @Test
  void takesTheLastRecordTwiceAndNoOtherOutOfItsPlace() {
    try (var journal = FileJournal.open(state)) {
      journal.append(Runs.ID, chain.get(0));
      journal.append(Runs.ID, chain.get(0));

      assertThat(journal.read(Runs.ID)).hasSize(1);
      assertThatThrownBy(() -> journal.append(Runs.ID, chain.get(2)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("record 3 can't follow record 1");
      assertThat(journal.read(Runs.ID)).hasSize(1);
    }
  }

  @Test
  void leavesOutATornLastRecordWhereverItTears() throws IOException {
    byte[] whole = lines(chain.subList(0, 3));
    int last = chain.get(2).bytes().length + 1;
    for (int lost = 1; lost <= last; lost += 7) {
      write(Arrays.copyOf(whole, whole.length - lost));

      try (var journal = FileJournal.open(state)) {
        assertThat(journal.read(Runs.ID)).hasSize(2);
        journal.append(Runs.ID, chain.get(2));
        assertThat(journal.read(Runs.ID)).hasSize(3);
      }
    }
  }

  @Test
  void leavesOutALastRecordWhoseBeginningNeverReachedTheDisk() throws IOException {
    byte[] whole = lines(chain.subList(0, 3));
    int begin = whole.length - chain.get(2).bytes().length - 1;
    Arrays.fill(whole, begin, begin + 100, (byte) 0);
    write(whole);

    try (var journal = FileJournal.open(state)) {
      assertThat(journal.read(Runs.ID)).hasSize(2);
    }
  }

  @Test
  void namesTheRecordThatIsDamaged() throws IOException {
    byte[] whole = lines(chain);
    int inThird = chain.get(0).bytes().length + chain.get(1).bytes().length + 2 + 40;
    whole[inThird] = (byte) (whole[inThird] == 'a' ? 'b' : 'a');
    write(whole);

    try (var journal = FileJournal.open(state)) {
      assertThatThrownBy(() -> journal.read(Runs.ID))
          .isInstanceOfSatisfying(
              DamagedJournalException.class, e -> assertThat(e.seq()).isEqualTo(3));
      assertThatThrownBy(() -> journal.append(Runs.ID, chain.getLast()))
          .isInstanceOf(DamagedJournalException.class);
    }
  }

  @Test
  void findsAnyChangedByteThatIsntInATornTail() {
    byte[] whole = lines(chain);
    int lastBegins = whole.length - chain.getLast().bytes().length - 1;
    SeededLoop.run(
        400,
        (_, random) -> {
          byte[] changed = whole.clone();
          changed[random.nextInt(lastBegins)] ^= (byte) (1 << random.nextInt(7));
          write(changed);

          try (var journal = FileJournal.open(state)) {
            assertThatThrownBy(() -> journal.read(Runs.ID))
                .isInstanceOf(DamagedJournalException.class);
          }
        });
  }

  @Test
  void keepsFilesForTheirOwner() throws IOException {
    try (var journal = FileJournal.open(state)) {
      journal.append(Runs.ID, chain.getFirst());
    }

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file().getParent())))
        .isEqualTo("rwx------");
  }

  @Test
  void listsExecutionsNewestLast() {
    List<String> ids =
        List.of(
            "arch-2026-11-23-rate-limit-1000",
            "arch-2026-11-24-rate-limit-999",
            "arch-2026-11-24-rate-limit-1000");
    try (var journal = FileJournal.open(state)) {
      for (String id : ids.reversed()) {
        journal.append(id, Runs.ofLength(id, 1).getFirst());
      }

      assertThat(journal.executions()).containsExactlyElementsOf(ids);
    }
  }

  @Test
  void movesRecordsOutAndGoesOnWithOthersInTheirPlace() throws IOException {
    var others = parting(3);
    try (var journal = FileJournal.open(state)) {
      chain.forEach(sealed -> journal.append(Runs.ID, sealed));

      journal.supersede(Runs.ID, 3);
      others.forEach(sealed -> journal.append(Runs.ID, sealed));

      assertThat(journal.superseded())
          .containsExactly(new SupersededRecords(Runs.ID, 4, Runs.ID + ".4.superseded"));
      assertThat(journal.read(journal.superseded().getFirst()))
          .containsExactlyElementsOf(Runs.bytes(chain.subList(3, chain.size())));
      var log = new ArrayList<>(Runs.bytes(chain.subList(0, 3)));
      log.addAll(Runs.bytes(others));
      assertThat(journal.read(Runs.ID)).containsExactlyElementsOf(log);
      assertThat(journal.executions()).containsExactly(Runs.ID);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(moved())))
          .isEqualTo("rw-------");
    }
  }

  /** The process died between the two: what was moved out is in both files. */
  @Test
  void movesThemOutAgainWhereThatWasDoneByHalf() throws IOException {
    try (var journal = FileJournal.open(state)) {
      chain.subList(0, 6).forEach(sealed -> journal.append(Runs.ID, sealed));
      Files.write(moved(), lines(chain.subList(3, 5)));

      journal.supersede(Runs.ID, 3);
      journal.supersede(Runs.ID, 3);

      assertThat(Files.readAllBytes(moved())).isEqualTo(lines(chain.subList(3, 6)));
      assertThat(Files.readAllBytes(file())).isEqualTo(lines(chain.subList(0, 3)));
    }
  }

  /** Whoever stood still meanwhile has an open file, and its last record in mind. */
  @Test
  void anotherProcessSeesThatTheFileIsNotWhatItWas() {
    var others = parting(3);
    try (var first = FileJournal.open(state);
        var second = FileJournal.open(state)) {
      chain.subList(0, 4).forEach(sealed -> first.append(Runs.ID, sealed));
      second.supersede(Runs.ID, 3);
      second.append(Runs.ID, others.getFirst());

      assertThat(others.getFirst().bytes()).hasSameSizeAs(chain.get(3).bytes());
      assertThatThrownBy(() -> first.append(Runs.ID, chain.get(3)))
          .isInstanceOf(LogTakenOverException.class)
          .hasMessageContaining("record 4 can't follow record 4");
    }
  }

  /** Two records that another machine wrote after so many of the chain, as long as those. */
  private List<SealedRecord> parting(int after) {
    var recorder = new HashChainSealer(SecretRedactor.of(List.of()));
    var thought =
        Runs.thought(Runs.ID, 2, "redis.topolagy", Phase.PLAN, Map.of("nodes", 6, "ünïcode", "✓"));
    var first = recorder.seal(chain.get(after - 1).head(), thought);
    var end = Runs.thought(Runs.ID, 0, "Finished", Phase.END, Map.of("result", "ABORTED"));
    return List.of(first, recorder.seal(first.head(), end));
  }

  private Path moved() {
    return state.resolve("executions").resolve(Runs.ID + ".4.superseded");
  }

  @Test
  void readsAnUnknownExecutionAsEmptyAndRefusesWhatIsNoId() {
    try (var journal = FileJournal.open(state)) {
      assertThat(journal.read("arch-2026-11-24-rate-limit-404")).isEmpty();
      assertThatThrownBy(() -> journal.read("../../etc/passwd"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void saysThatTheDiskFailed() throws IOException {
    try (var journal = FileJournal.open(state)) {
      Files.createDirectory(file());

      assertThatThrownBy(() -> journal.append(Runs.ID, chain.getFirst()))
          .isInstanceOf(UncheckedIOException.class);
    }
  }

  private Path file() {
    return state.resolve("executions").resolve(Runs.ID + ".jsonl");
  }

  private void write(byte[] bytes) throws IOException {
    Files.createDirectories(state.resolve("executions"));
    Files.write(
        file(),
        bytes,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE);
  }

  private static byte[] lines(List<SealedRecord> chain) {
    var out = new ByteArrayOutputStream();
    for (SealedRecord sealed : chain) {
      out.writeBytes(sealed.bytes());
      out.write('\n');
    }
    return out.toByteArray();
  }
}
