package dev.deployclaw.audit.signin;

import static dev.deployclaw.audit.signin.SignInLogs.NOON;
import static dev.deployclaw.audit.signin.SignInLogs.by;
import static dev.deployclaw.audit.signin.SignInLogs.hour;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.deployclaw.audit.export.LogVerdict.Kind;
import dev.deployclaw.audit.folder.JournalFolder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a crash leaves of the end of a log, at each step of it, is made good by the next process;
 * what only a hand leaves isn't.
 */
class SignInEndTest {
  private static final String ENDING = ".ending";

  @TempDir Path state;
  @AutoClose private SignInLogs logs;

  private String log;
  private List<String> lines;

  /** A log of three records, the last of them its end; the process is over. */
  @BeforeEach
  void end() throws IOException {
    logs = new SignInLogs(state);
    logs.journal.write(by("olivia"), NOON);
    logs.journal.turn(hour(1));
    logs.journal.close();
    log = logs.names().getFirst();
    lines = Files.readAllLines(records());
    assertThat(lines).hasSize(3);
    assertThat(logs.file(log + ENDING)).doesNotExist();
  }

  @Test
  void anEndThatIsNotSignedYetIsNone() throws Exception {
    crashed(2, "");
    Files.delete(head());

    logs.restart(NOON.plusSeconds(9));

    assertThat(logs.names()).containsExactly(log);
    assertThat(logs.seen().kinds()).containsExactly(Kind.UNFINISHED);
    logs.journal.turn(hour(1));
    assertThat(logs.seen().kinds()).containsExactly(Kind.VERIFIED);
  }

  /** Also where the crash tore it. */
  @ParameterizedTest
  @ValueSource(strings = {"", "{\"action\":\"The ho"})
  void anEndThatIsSignedJoinsItsLog(String torn) throws Exception {
    crashed(2, torn);
    assertThat(logs.seen().kinds()).containsExactly(Kind.FAILED);

    logs.restart(NOON.plusSeconds(9));

    assertThat(Files.readAllLines(records())).isEqualTo(lines);
    assertThat(logs.seen().kinds()).containsExactly(Kind.VERIFIED, Kind.UNFINISHED);
  }

  @Test
  void anEndThatIsThereComesOnce() throws Exception {
    crashed(3, "");

    logs.restart(NOON.plusSeconds(9));

    assertThat(Files.readAllLines(records())).isEqualTo(lines);
    assertThat(logs.seen().kinds()).containsExactly(Kind.VERIFIED, Kind.UNFINISHED);
  }

  /** Neither the next process nor the copy signs it. */
  @Test
  void anEndWithoutItsSignatureStaysUnverified() throws Exception {
    crashed(3, "");
    Files.delete(head());

    logs.restart(NOON.plusSeconds(9));

    assertThat(logs.journal.store().orElse("")).contains("the signature of its end is missing");
    assertThat(logs.bucket.names()).isEmpty();
    assertThat(logs.seen().of(log).reason()).isEqualTo("the signature of its end is missing");
    assertThat(logs.journal.prune(1)).isZero();
    assertThat(records()).exists();
  }

  /** What lies in wait is believed for its signature alone, and for all that is before it. */
  @Test
  void anEndThatWasNotSignedOrFollowsOtherRecordsIsNotTaken() throws Exception {
    crashed(2, "");
    Files.writeString(logs.file(log + ENDING), lines.getLast().replace("The hour", "An hour"));
    logs.restart(NOON.plusSeconds(9));
    assertThat(Files.readAllLines(records())).isEqualTo(lines.subList(0, 2));
    assertThat(logs.seen().of(log).kind()).isEqualTo(Kind.FAILED);

    crashed(2, "");
    Files.writeString(records(), Files.readString(records()).replace("olivia", "mallory"));
    logs.restart(NOON.plusSeconds(19));

    assertThat(Files.readAllLines(records())).hasSize(2);
    assertThat(logs.seen().of(log).kind()).isEqualTo(Kind.FAILED);
    assertThat(logs.file(log + ENDING)).doesNotExist();
  }

  /** So that no crash comes between them; the same process goes on, too. */
  @Test
  void theSignatureIsThereBeforeTheEnd() throws Exception {
    logs.restart(hour(2));
    String current = logs.names().getLast();
    var file = logs.file(current + ".jsonl");

    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE);
        var _ = channel.lock()) {
      assertThatExceptionOfType(OverlappingFileLockException.class)
          .isThrownBy(() -> logs.journal.turn(hour(3)));
      assertThat(Files.readAllLines(file)).hasSize(1);
      assertThat(logs.file(current + JournalFolder.HEAD)).exists();
    }

    assertThat(logs.journal.write(by("olivia"), hour(3))).isTrue();
    assertThat(logs.seen().kinds()).containsExactly(Kind.VERIFIED, Kind.VERIFIED, Kind.UNFINISHED);
    assertThat(logs.tampering()).isEmpty();
  }

  /** A name of a file comes from the disk, and may be anything. */
  @Test
  void foreignFilesStopNothing() throws Exception {
    for (var name : List.of("A b" + ENDING, "x" + ENDING, "zzz.jsonl")) {
      Files.writeString(logs.file(name), lines.getFirst() + "\n");
    }

    Files.createDirectory(logs.file("y" + ENDING));
    Files.createDirectory(logs.file(log + ENDING));

    logs.restart(NOON.plusSeconds(9));

    assertThat(logs.names()).hasSize(3);
    assertThat(logs.seen().of("zzz").kind()).isEqualTo(Kind.FAILED);
    assertThat(logs.seen().of(log).kind()).isEqualTo(Kind.VERIFIED);
  }

  /** What was signed is the end of it, so that a log behind holds also once the bits are mended. */
  @Test
  void aLogBehindADamagedOneFollowsItsSignedEnd() throws Exception {
    String whole = Files.readString(records());
    Files.writeString(records(), whole.replace("olivia", "mallory"));
    logs.restart(NOON.plusSeconds(9));
    logs.journal.turn(hour(1));
    assertThat(logs.seen().kinds()).containsExactly(Kind.FAILED, Kind.VERIFIED);

    Files.writeString(records(), whole);

    assertThat(logs.seen().kinds()).containsExactly(Kind.VERIFIED, Kind.VERIFIED);
  }

  @Test
  void aLogBehindOneWhoseSignatureIsDamagedFollowsItsRecords() throws Exception {
    byte[] signed = Files.readAllBytes(head());
    Files.writeString(head(), "{}");
    logs.restart(NOON.plusSeconds(9));
    logs.journal.turn(hour(1));
    assertThat(logs.seen().kinds()).containsExactly(Kind.FAILED, Kind.VERIFIED);

    Files.write(head(), signed);

    assertThat(logs.seen().kinds()).containsExactly(Kind.VERIFIED, Kind.VERIFIED);
  }

  @Test
  void aLogThatIsChangedWhileItIsWrittenIsNotSignedAndAnotherOneBegins() throws Exception {
    logs.restart(hour(2));
    var current = logs.file(logs.names().getLast() + ".jsonl");
    Files.writeString(current, Files.readString(current).replace("agent@host", "agent@lost"));

    logs.journal.turn(hour(3));

    assertThat(logs.names()).hasSize(3);
    assertThat(logs.seen().kinds()).containsExactly(Kind.VERIFIED, Kind.FAILED, Kind.UNFINISHED);
    assertThat(logs.tampering()).singleElement().asString().contains("the log before is damaged: ");
  }

  /** As a crash leaves it: so many whole records, part of the next, and the end in wait. */
  private void crashed(int whole, String torn) throws IOException {
    var left = new ArrayList<>(lines.subList(0, whole));
    left.add(torn);
    Files.writeString(records(), String.join("\n", left));
    Files.write(logs.file(log + ENDING), lines.getLast().getBytes(StandardCharsets.UTF_8));
  }

  private Path records() {
    return logs.file(log + ".jsonl");
  }

  private Path head() {
    return logs.file(log + JournalFolder.HEAD);
  }
}
