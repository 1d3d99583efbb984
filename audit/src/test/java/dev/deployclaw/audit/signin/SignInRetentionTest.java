package dev.deployclaw.audit.signin;

import static dev.deployclaw.audit.signin.SignInLogs.by;
import static dev.deployclaw.audit.signin.SignInLogs.hour;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.deployclaw.audit.export.LogVerdict.Kind;
import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.core.log.BucketUnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Old sign-in logs leave this machine for the bucket, and the others still follow them. */
class SignInRetentionTest {
  @TempDir Path state;
  @AutoClose private SignInLogs logs;

  @BeforeEach
  void start() {
    logs = new SignInLogs(state);
  }

  @Test
  void theNewestStayAndTheOthersAreReadFromTheBucket() throws Exception {
    logs.write(5);
    var all = logs.names();

    assertThat(logs.journal.prune(2)).isZero();

    assertThat(logs.names()).isEqualTo(all.subList(3, 5));
    assertThat(logs.seen().verdicts().keySet()).containsExactlyElementsOf(all);
    assertThat(logs.seen().kinds()).containsOnlyOnce(Kind.UNFINISHED).doesNotContain(Kind.FAILED);
    try (var reader = logs.reader()) {
      assertThat(reader.records(all.getFirst())).hasSize(3);
    }
  }

  /** The oldest that stays names the end of the one before it, whose signed mark is here. */
  @Test
  void whatIsHereVerifiesWithoutTheBucket() throws Exception {
    logs.write(5);
    logs.journal.prune(2);

    logs.bucket.reachable(false);

    assertThat(logs.kept().kinds()).containsExactly(Kind.VERIFIED, Kind.UNFINISHED);
    assertThat(logs.kept().passedOver()).isEqualTo(3);
    assertThatExceptionOfType(BucketUnavailableException.class).isThrownBy(logs::seen);
  }

  @Test
  void aLogWhoseCopyIsNotWholeStays() throws Exception {
    logs.write(4);
    String first = logs.names().getFirst();
    logs.bucket.names().stream()
        .filter(name -> name.startsWith("logs/" + first + "/") && name.endsWith(".jsonl"))
        .forEach(name -> logs.bucket.alter(name, new byte[0]));

    assertThat(logs.journal.prune(1)).isEqualTo(1);

    assertThat(logs.names()).hasSize(2).contains(first);
    assertThat(logs.seen().kinds()).doesNotContain(Kind.FAILED);
  }

  @Test
  void nothingLeavesWhileTheBucketIsAwayOrHasNoCopy() throws Exception {
    logs.write(3);
    logs.journal.write(by("olivia"), hour(3));
    logs.journal.turn(hour(4));
    assertThat(logs.journal.prune(1)).isZero();

    logs.bucket.reachable(false);

    assertThat(logs.journal.store()).isPresent();
    logs.bucket.reachable(true);
    assertThat(logs.journal.store()).isEmpty();
    logs.bucket.reachable(false);
    assertThatExceptionOfType(BucketUnavailableException.class)
        .isThrownBy(() -> logs.journal.prune(1));
  }

  @Test
  void oneCallLetsABoundedNumberGo() throws Exception {
    logs.write(SignInJournal.MOST_LET_GO + 6);

    logs.journal.prune(1);
    assertThat(logs.names()).hasSize(6);
    logs.journal.prune(0);

    assertThat(logs.names()).hasSize(1);
    assertThat(logs.kept().kinds()).containsExactly(Kind.UNFINISHED);
  }

  /** Also where its first record was torn, so that what has left is all that there is. */
  @Test
  void theNextLogFollowsOneThatLeft() throws Exception {
    logs.write(3);
    String last = logs.names().getLast();
    logs.journal.prune(1);
    logs.journal.close();
    Files.writeString(logs.file(last + ".jsonl"), "{\"action\":");

    logs.restart(hour(9));

    assertThat(logs.seen().kinds()).doesNotContain(Kind.FAILED).contains(Kind.VERIFIED);
    assertThat(logs.names()).hasSize(2);
  }

  @Test
  void aMarkThatIsGoneOrUnreadableIsFound() throws Exception {
    logs.write(5);
    var all = logs.names();
    logs.journal.prune(2);
    var mark = logs.file(all.get(2) + JournalFolder.STORED);
    byte[] signed = Files.readAllBytes(mark);
    Files.delete(logs.file(all.get(2) + JournalFolder.HEAD));

    Files.writeString(mark, "{}");
    assertThat(logs.kept().of(all.get(2)).reason()).startsWith("its records are gone");
    Files.delete(mark);
    assertThat(logs.kept().of(all.get(3)).reason())
        .startsWith("it follows " + all.get(2))
        .contains(", but " + all.get(1));
    Files.write(mark, signed);

    assertThat(logs.kept().kinds()).doesNotContain(Kind.FAILED);
  }

  /** A name that is none of an hour hides no event. */
  @Test
  void aForeignFileNarrowsNoLook() throws Exception {
    logs.write(3);
    logs.journal.prune(2);
    Files.writeString(logs.file("aaa.jsonl"), "");
    Files.writeString(logs.file("sign-ins-2026-00-99-99-00000-00000000.jsonl"), "");

    assertThat(logs.kept().kinds()).contains(Kind.VERIFIED, Kind.UNFINISHED);
    assertThat(logs.kept().passedOver()).isEqualTo(1);
  }

  /** A log's name may be ahead of its events. */
  @Test
  void aClockThatWentBackHidesNoEvent() throws Exception {
    for (int hour : new int[] {24, 0, 1}) {
      logs.journal.write(by("olivia"), hour(hour));
    }
    assertThat(logs.journal.store()).isEmpty();
    logs.journal.prune(2);

    assertThat(logs.kept().kinds()).containsExactly(Kind.VERIFIED, Kind.UNFINISHED);
    assertThat(logs.kept().passedOver()).isEqualTo(1);
  }

  @Test
  void logsWithoutACopyKeepNoOthersHere() throws Exception {
    logs.write(SignInJournal.MOST_LET_GO + 6);
    for (var log : logs.names().subList(0, SignInJournal.MOST_LET_GO)) {
      Files.delete(logs.file(log + JournalFolder.STORED));
    }

    assertThat(logs.journal.prune(1)).isZero();

    assertThat(logs.names()).hasSize(SignInJournal.MOST_LET_GO + 1);
  }

  @Test
  void aMarkThatNoTrustedKeySignedProvesNothing() throws Exception {
    logs.write(5);
    var all = logs.names();
    logs.journal.prune(2);
    var mark = logs.file(all.get(2) + JournalFolder.STORED);
    Files.delete(logs.file(all.get(2) + JournalFolder.HEAD));

    Files.writeString(
        mark, Files.readString(mark).replace("\"signature\":\"", "\"signature\":\"A"));

    assertThat(logs.kept().of(all.get(3)).reason())
        .startsWith("it follows " + all.get(2) + " with 2 records")
        .endsWith(", but " + all.get(2) + " with 0 records lies before it");
    assertThat(logs.seen().of(all.get(2)).reason()).contains("its copy in the bucket");
  }
}
