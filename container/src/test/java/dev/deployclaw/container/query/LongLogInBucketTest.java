package dev.deployclaw.container.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.journal.LogTailReader;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LogArchiver;
import dev.deployclaw.audit.signing.LogCopyVerifier;
import dev.deployclaw.audit.signing.LogEndSignatures;
import dev.deployclaw.core.fake.CountingJournal;
import dev.deployclaw.core.fake.FakeObjectStore;
import dev.deployclaw.core.log.BucketUnavailableException;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A long log that left its machine is never read as a whole, neither for a list nor for a page. */
class LongLogInBucketTest {
  private static final String ID = "arch-2026-11-26-rate-limit-001";
  private static final int MANY = 2_500;
  private static final int SEGMENT = 1 << 20;
  private static final int PAGE = 128;

  @TempDir Path folder;

  private final FakeObjectStore bucket = new FakeObjectStore();
  private final CountingJournal counted = new CountingJournal();
  @AutoClose private FileJournal journal;
  private ExecutionSummaries summaries;

  @BeforeEach
  void leave() throws Exception {
    var signer = HeadSigner.open(folder);
    EndedLog.write(folder, ID, MANY);
    new LogEndSignatures(JournalFolder.in(folder), signer).sign(ID);
    assertThat(LogArchiver.of(folder, bucket, signer, SEGMENT).store().stored()).isEqualTo(1);
    journal = FileJournal.open(folder, LogCopyVerifier.of(folder, bucket, signer));
    var proven = journal.bucket().prove(ID).orElseThrow();
    assertThat(journal.bucket().letGo(ID, proven)).isTrue();
    summaries = new ExecutionSummaries(counted.of(journal));
    assertThat(segments()).hasSizeGreaterThan(4);
  }

  @Test
  void aListReadsItsEndsOnce() {
    segments().subList(1, segments().size() - 1).forEach(name -> bucket.alter(name, new byte[0]));

    assertThat(summaries.outline(ID).orElseThrow().fields())
        .containsEntry("request", "look at everything")
        .containsEntry("outline", true);
    assertThat(result()).isEqualTo("COMPLETED");

    bucket.reachable(false);
    assertThat(result()).isEqualTo("COMPLETED");
    assertThat(counted.reads()).isEmpty();
  }

  @Test
  void anEndThatIsNotWhatWasSignedIsDamaged() throws Exception {
    for (var name : List.of(segments().getFirst(), segments().getLast())) {
      byte[] whole = bucket.stored(name).orElseThrow();
      bucket.alter(name, new byte[0]);
      assertThatExceptionOfType(DamagedJournalException.class)
          .isThrownBy(this::result)
          .withMessageContaining("its copy in the bucket");
      bucket.alter(name, whole);
    }
    var mark = JournalFolder.in(folder).path().resolve(ID + JournalFolder.STORED);
    Files.writeString(
        mark, Files.readString(mark).replace("\"signature\":\"", "\"signature\":\"A"));

    assertThatExceptionOfType(DamagedJournalException.class).isThrownBy(this::result);
  }

  @Test
  void whileTheBucketIsAwayNothingIsSaid() {
    bucket.reachable(false);

    assertThatExceptionOfType(BucketUnavailableException.class).isThrownBy(this::result);
  }

  @Test
  void aPageReadsOneSegmentAfterAnother() {
    var tail = journal.tail(ID);
    var seen = new ArrayList<SealedRecord>();
    var look = tail.next(PAGE);
    seen.addAll(look.records());
    while (look.more() && seen.size() < MANY) {
      look = tail.next(PAGE);
      assertThat(look.records()).hasSizeBetween(1, PAGE);
      seen.addAll(look.records());
    }

    assertThat(seen).hasSize(MANY);
    assertThat(look.more()).isFalse();
    assertThat(tail.atEnd()).isTrue();
    var had = seen.get(MANY / 2).head();
    assertThat(journal.tail(ID, had).next(1).records())
        .singleElement()
        .extracting(record -> record.head().seq())
        .isEqualTo(had.seq() + 1);
    var wrong = new LogHead(had.seq(), "f".repeat(64));
    assertThat(journal.tail(ID, wrong).next(1).superseded()).isPresent();
  }

  @Test
  void whatIsBehindAPageIsNotRead() {
    segments().subList(1, segments().size()).forEach(name -> bucket.alter(name, new byte[0]));
    var tail = journal.tail(ID);

    assertThat(tail.next(PAGE).records()).hasSize(PAGE);
    bucket.reachable(false);
    assertThat(tail.next(PAGE).records()).hasSize(PAGE);

    bucket.reachable(true);
    assertThatExceptionOfType(DamagedJournalException.class).isThrownBy(() -> readAll(tail));
  }

  private static void readAll(LogTailReader tail) {
    for (int looks = 0; looks < MANY && tail.next(PAGE).more(); looks++) {}
  }

  private String result() {
    return String.valueOf(summaries.of(ID).orElseThrow().get("result"));
  }

  /** By the number of their first record. */
  private List<String> segments() {
    return bucket.names().stream()
        .filter(name -> name.endsWith(".jsonl"))
        .sorted(
            Comparator.comparingInt(
                name -> Integer.parseInt(name.replaceFirst(".*/(\\d+)-.*", "$1"))))
        .toList();
  }
}
