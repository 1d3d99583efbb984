package dev.deployclaw.container.wiring;

import static dev.deployclaw.container.wiring.StoredLogs.ID;
import static dev.deployclaw.container.wiring.StoredLogs.OTHER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.signing.LogArchiver;
import dev.deployclaw.audit.signing.LogCopyVerifier.Copy;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs that are copied into a real bucket. */
@Slow(
    guard = "dev.deployclaw.container.wiring.LeftLogsTest",
    because = "it starts a bucket for each test, and waits")
class LogSegmentsTest {
  private static final LogArchiver.Copied ONE = new LogArchiver.Copied(1, Optional.empty());

  @TempDir Path folder;
  @AutoClose private StoredLogs logs;

  @BeforeEach
  void start() {
    logs = new StoredLogs(folder);
  }

  @Test
  void copiesWhatHasEndedIntoSegmentsUnderASignedHead() throws Exception {
    logs.write(ID, 40, true);

    assertThat(logs.segments().store()).isEqualTo(ONE);

    assertThat(logs.copies().check(ID)).isInstanceOf(Copy.Whole.class);
    var names = logs.names(ID);
    assertThat(names).hasSizeGreaterThan(4);
    var lines = new StringBuilder();
    for (String name : names) {
      lines.append(logs.text(name));
    }
    assertThat(lines.toString()).isEqualTo(Files.readString(logs.log(ID)));
  }

  @Test
  void leavesALogAloneThatRunsOrIsThereAlready() throws Exception {
    logs.write(ID, 10, true);
    logs.writeAnew(OTHER, 10, false);

    assertThat(logs.segments().store().stored()).isEqualTo(1);
    assertThat(logs.segments().store().stored()).isZero();
    assertThat(logs.copies().check(OTHER)).isEqualTo(new Copy.Waits());
  }

  @Test
  void goesOnWithALogThatWasHeldAndKeepsWhatIsThere() throws Exception {
    logs.write(ID, 20, true);
    assertThat(logs.segments().store().stored()).isEqualTo(1);
    var before = logs.names(ID);
    logs.write(ID, 20, true);

    assertThat(logs.segments().store().stored()).isEqualTo(1);

    assertThat(logs.copies().check(ID)).isInstanceOf(Copy.Whole.class);
    assertThat(logs.names(ID)).hasSizeGreaterThan(before.size()).containsAll(before);
  }

  @Test
  void findsWhatAProcessStoredThatDiedBeforeItKeptThat() throws Exception {
    logs.write(ID, 20, true);
    assertThat(logs.segments().store().stored()).isEqualTo(1);
    var before = logs.names(ID);
    Files.delete(logs.mark(ID));

    assertThat(logs.segments().store()).isEqualTo(ONE);

    assertThat(logs.names(ID)).isEqualTo(before);
    assertThat(logs.copies().check(ID)).isInstanceOf(Copy.Whole.class);
  }

  @Test
  void overwritesNothingAndSaysSo() throws Exception {
    logs.write(ID, 20, true);
    assertThat(logs.segments().store().stored()).isEqualTo(1);
    String first = logs.names(ID).getFirst();
    Files.delete(logs.mark(ID));
    logs.replaceInBucket(first, "something else");

    var again = logs.segments().store();

    assertThat(again.stored()).isZero();
    assertThat(again.trouble())
        .hasValueSatisfying(why ->
            assertThat(why).contains(ID, first, "holds something else: nothing is overwritten"));
    assertThat(logs.text(first)).isEqualTo("something else");
  }

  @Test
  void seesASegmentThatWasChangedAndOneThatIsGone() throws Exception {
    logs.write(ID, 20, true);
    assertThat(logs.segments().store().stored()).isEqualTo(1);
    String second = logs.names(ID).get(1);
    logs.replaceInBucket(second, logs.text(second).replaceFirst("Looking at", "Looking up"));

    assertThat(logs.copies().check(ID).toString()).contains("Wrong", second, "differs from");

    logs.removeFromBucket(second);
    assertThat(logs.copies().check(ID).toString()).contains("Wrong", second, "is gone");
  }

  @Test
  void copiesWhenTheBucketIsBack() throws Exception {
    try (var own = StoredLogs.spawn(folder.resolve("own"))) {
      own.write(ID, 20, true);
      own.server().daemons().forEach(d -> d.kill());
      assertThat(own.hastySegments().store().trouble()).isPresent();

      own.server().restart();

      assertThat(own.segments().store()).isEqualTo(ONE);
      assertThat(own.copies().check(ID)).isInstanceOf(Copy.Whole.class);
    }
  }

  @Test
  void aLogThatIsDamagedHoldsUpNoOther() throws Exception {
    logs.write(ID, 10, true);
    logs.writeAnew(OTHER, 10, true);
    Files.writeString(logs.log(ID), Files.readString(logs.log(ID)).replace("Looking", "Peeking"));

    var copied = logs.segments().store();

    assertThat(copied.stored()).isEqualTo(1);
    assertThat(copied.trouble()).hasValueSatisfying(why -> assertThat(why).contains(ID));
    assertThat(logs.copies().check(OTHER)).isInstanceOf(Copy.Whole.class);
  }
}
