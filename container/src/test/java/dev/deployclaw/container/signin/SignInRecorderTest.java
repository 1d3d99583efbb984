package dev.deployclaw.container.signin;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.audit.signin.SignInAnchor;
import dev.deployclaw.audit.signin.SignInEvent;
import dev.deployclaw.audit.signin.SignInEvent.Kind;
import dev.deployclaw.audit.signin.SignInJournal;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.core.fake.FakeObjectStore;
import dev.deployclaw.core.fake.FakeStateStore;
import dev.deployclaw.testkit.BoundedWait;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The minute's work of who records sign-ins. */
class SignInRecorderTest {
  private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");

  @TempDir Path state;

  @Test
  void endedLogsAreCopiedAndOldOnesLeave() {
    var now = new AtomicReference<>(NOON);
    var parts =
        new SignInJournal.Parts(
            state,
            HeadSigner.open(state),
            new FakeObjectStore(),
            new HashChainSealer(SecretRedactor.of(List.of())),
            "agent@host");
    var store = new FakeStateStore();
    var folder = JournalFolder.in(SignInJournal.folder(state));
    try (var recorder = SignInRecorder.start(parts, new SignInAnchor(store, "host"), now::get)) {
      for (int hour = 0; hour < 4; hour++) {
        now.set(NOON.plus(Duration.ofHours(hour)));
        recorder.write(SignInEvent.of(Kind.SIGNED_IN, "olivia", "token", "10.0.0.7"));
      }

      BoundedWait.until(
          "two of four have left",
          ServerFixture.SOON,
          () -> {
            settle(recorder);
            return folder.known().size() == 4 && folder.executions().size() == 2;
          });
    }
  }

  private static void settle(SignInRecorder recorder) {
    try {
      recorder.settle(2);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
