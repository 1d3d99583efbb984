package dev.deployclaw.container.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LogCopyVerifier;
import dev.deployclaw.audit.signing.LogEndSignatures;
import dev.deployclaw.core.fake.CountingJournal;
import dev.deployclaw.core.fake.FakeEstate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Lists read a log once, a long one never as a whole, and believe neither of them what was forged.
 */
class ExecutionSummariesTest {
  private static final String ID = "arch-2026-11-26-rate-limit-001";
  private static final int FEW = 3;
  private static final int MANY = 2_500;

  @TempDir Path folder;

  private final CountingJournal counted = new CountingJournal();
  private HeadSigner signer;
  private FileJournal journal;
  private ExecutionSummaries summaries;

  @BeforeEach
  void open() {
    signer = HeadSigner.open(folder);
    var bucket = new FakeEstate().ports().objects();
    journal = FileJournal.open(folder, LogCopyVerifier.of(folder, bucket, signer));
    summaries = new ExecutionSummaries(counted.of(journal));
  }

  @AfterEach
  void close() {
    journal.close();
  }

  @Test
  void aLogThatRestsIsReadOnce() throws Exception {
    EndedLog.write(folder, ID, FEW);

    for (int i = 0; i < 3; i++) {
      assertThat(result()).isEqualTo("COMPLETED");
    }

    assertThat(counted.reads()).containsExactly(ID);
    assertThat(summaries.outline(ID)).isEmpty();
  }

  @Test
  void aLongLogIsNeverReadAsAWhole() throws Exception {
    EndedLog.write(folder, ID, MANY);
    sign();

    var outline = summaries.outline(ID).orElseThrow().fields();

    assertThat(result()).isEqualTo("COMPLETED");
    assertThat(outline)
        .containsEntry("request", "look at everything")
        .containsEntry("outline", true);
    assertThat(counted.reads()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {FEW, MANY})
  void aLogThatGrewSinceIsReadAgain(int records) throws Exception {
    EndedLog.write(folder, ID, records);
    assertThat(result()).isEqualTo("COMPLETED");

    Files.writeString(file(), "no record\n{}\n", StandardOpenOption.APPEND);

    assertThatExceptionOfType(DamagedJournalException.class).isThrownBy(this::result);
  }

  /** With the same size and date. */
  @ParameterizedTest
  @ValueSource(ints = {FEW, MANY})
  void aLogThatWasForgedSinceIsReadAgain(int records) throws Exception {
    EndedLog.write(folder, ID, records);
    assertThat(result()).isEqualTo("COMPLETED");
    var date = Files.getLastModifiedTime(file());

    Files.writeString(file(), Files.readString(file()).replace("COMPLETED", "NO_CHANGE"));
    Files.setLastModifiedTime(file(), date);

    assertThatExceptionOfType(DamagedJournalException.class).isThrownBy(this::result);
  }

  /** A log is hashed again from its first record on. */
  @Test
  void aLongLogThatIsNotTheOneThatWasSignedIsDamaged() throws Exception {
    EndedLog.write(folder, ID, MANY);
    sign();
    assertThat(result()).isEqualTo("COMPLETED");

    for (int forged : List.of(MANY - 1, MANY + 1)) {
      EndedLog.write(folder, ID, forged);
      assertThatExceptionOfType(DamagedJournalException.class)
          .isThrownBy(this::result)
          .withMessageContaining("that was signed at its end");
    }
    EndedLog.write(folder, ID, MANY);
    Files.writeString(file(), Files.readString(file()).replace("at everything", "at nothing more"));
    assertThatExceptionOfType(DamagedJournalException.class).isThrownBy(this::result);
  }

  @Test
  void aTornLineAtTheEndOfALongLogIsLeftOut() throws Exception {
    EndedLog.write(folder, ID, MANY);

    Files.writeString(file(), "{\"action\":", StandardOpenOption.APPEND);

    assertThat(result()).isEqualTo("COMPLETED");
  }

  @Test
  void aLogThatHasNotEndedIsReadEachTime() throws Exception {
    EndedLog.write(folder, ID, FEW);
    var lines = Files.readAllLines(file());
    Files.write(file(), lines.subList(0, FEW - 1));

    assertThat(result()).isEqualTo("UNFINISHED");
    assertThat(result()).isEqualTo("UNFINISHED");

    assertThat(counted.reads()).hasSize(2);
    assertThat(summaries.of("arch-none")).isEmpty();
  }

  private String result() {
    return String.valueOf(summaries.of(ID).orElseThrow().get("result"));
  }

  private void sign() {
    new LogEndSignatures(JournalFolder.in(folder), signer).sign(ID);
  }

  private Path file() {
    return JournalFolder.in(folder).records(ID);
  }
}
