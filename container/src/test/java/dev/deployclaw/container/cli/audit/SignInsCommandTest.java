package dev.deployclaw.container.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.audit.signin.SignInEvent;
import dev.deployclaw.audit.signin.SignInEvent.Kind;
import dev.deployclaw.audit.signin.SignInJournal;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.wiring.AgentRuntime;
import dev.deployclaw.testkit.server.S3Server;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code audit sign-ins} after logs have left for a real bucket. */
class SignInsCommandTest {
  private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");

  @TempDir Path folder;

  @Test
  @SuppressWarnings("try") // the server ends in the middle
  void logsThatLeftAreCountedAndReadWhereATimeIsGiven() throws Exception {
    try (var server = S3Server.start(folder.resolve("s3"))) {
      var screen = CommandLineFixture.withBucket(folder, server);
      var logs = left();

      assertThat(screen.run("audit", "sign-ins")).as(screen.err()).isZero();
      assertThat(screen.out())
          .contains("2 older logs lie in the bucket: --since reads them")
          .contains("logs: 0 verified, 1 unfinished, 0 not verified")
          .doesNotContain("person-1");
      assertThat(screen.run("audit", "sign-ins", "--since", "2026-11-30", "--json")).isZero();
      assertThat(screen.json().path("in_bucket").asInt()).isZero();
      assertThat(screen.json().path("events").findValuesAsText("who"))
          .contains("person-0", "person-1", "person-2");
      assertThat(screen.json().path("logs").findValuesAsText("verdict"))
          .containsExactly("verified", "verified", "unfinished");
      assertThat(screen.run("audit", "sign-ins", logs.getFirst())).isZero();
      assertThat(screen.out()).contains("person-0").doesNotContain("person-1");
      assertThat(screen.run("export", "--format", "ocsf")).as(screen.err()).isZero();
      assertThat(screen.out()).contains("person-0", "person-2");
      assertThat(screen.run("audit", "copies")).isZero();
      assertThat(screen.out()).contains("2 of 3 logs are in the bucket, whole");

      server.close();
      assertThat(screen.run("audit", "sign-ins")).isZero();
      assertThat(screen.run("audit", "sign-ins", "--since", "2026-11-30")).isEqualTo(10);
    }
  }

  /** Three logs, of which two have left. */
  private List<String> left() throws Exception {
    var config = ConfigReader.read(folder.resolve("deployclaw.yaml"), Map.of());
    try (var bucket = AgentRuntime.bucket(config);
        var journal =
            SignInJournal.open(
                new SignInJournal.Parts(
                    config.stateDir(),
                    HeadSigner.open(config.stateDir()),
                    bucket,
                    new HashChainSealer(SecretRedactor.of(List.of())),
                    "agent@host"),
                NOON)) {
      for (int i = 0; i < 3; i++) {
        var event = SignInEvent.of(Kind.SIGNED_IN, "person-" + i, "token", "10.0.0.7");
        assertThat(journal.write(event, NOON.plus(Duration.ofHours(i)))).isTrue();
      }
      assertThat(journal.store()).isEmpty();
      assertThat(journal.prune(1)).isZero();
    }
    return JournalFolder.in(SignInJournal.folder(config.stateDir())).known();
  }
}
