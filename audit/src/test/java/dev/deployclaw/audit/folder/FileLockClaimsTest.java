package dev.deployclaw.audit.folder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.Runs;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.JavaProgram;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Claims of two processes of the operating system. */
class FileLockClaimsTest {
  private static final long SECONDS = 60;

  @TempDir Path state;

  /** A process that writes a log until it is killed. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) throws Exception {
      var journal = FileJournal.open(Path.of(arguments[0]));
      journal.claims().claim(arguments[1]);
      journal.append(Runs.ID, Runs.reference().getFirst());
      System.out.println("writes");
      Thread.sleep(TimeUnit.SECONDS.toMillis(SECONDS));
    }
  }

  @Test
  void seesWhatAnotherProcessWritesUntilThatIsDead() throws Exception {
    var writer =
        CommandRunner.of(JavaProgram.words(List.of(), Writer.class, state.toString(), Runs.ID))
            .start(Redirect.PIPE);
    try (var journal = FileJournal.open(state);
        var said = writer.inputReader()) {
      assertThat(said.lines().anyMatch("writes"::equals)).isTrue();

      var claims = journal.claims();
      assertThat(claims.another(Runs.ID)).isTrue();
      assertThat(claims.another("arch-2026-11-24-rate-limit-002")).isFalse();
      claims.claim(Runs.ID);
      assertThat(claims.another(Runs.ID)).isTrue();

      writer.destroyForcibly();
      assertThat(writer.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(claims.another(Runs.ID)).isFalse();
    } finally {
      writer.destroyForcibly();
    }
  }

  /**
   * Reading and closing a file gives up all locks of the process on it: the log isn't that file.
   */
  @Test
  void aClaimOutlivesWhatTheProcessReads() throws Exception {
    try (var journal = FileJournal.open(state);
        var other = new FileLockClaims(state.resolve("executions").resolve(".writing"))) {
      journal.claims().claim(Runs.ID);
      journal.append(Runs.ID, Runs.reference().getFirst());
      assertThat(journal.read(Runs.ID)).hasSize(1);

      assertThat(other.another(Runs.ID)).isTrue();
      assertThat(journal.claims().another(Runs.ID)).isFalse();

      journal.claims().release(Runs.ID);
      assertThat(other.another(Runs.ID)).isFalse();
      assertThat(Files.size(state.resolve("executions").resolve(".writing"))).isZero();
    }
  }
}
