package dev.deployclaw.container.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LogArchiver;
import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.wiring.AgentRuntime;
import dev.deployclaw.core.fake.LogEntryFixture;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.testkit.server.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code audit copies} against a real server. */
class CopiesCommandTest {
  private static final String ONE = "arch-2026-11-26-rate-limit-001";
  private static final String TWO = "arch-2026-11-26-rate-limit-002";

  @TempDir Path folder;

  @Test
  void saysWhatIsWholeWhatWaitsAndWhatWasChanged() throws Exception {
    try (var server = S3Server.start(folder.resolve("s3"))) {
      var screen = CommandLineFixture.withBucket(folder, server);
      written(ONE, true);
      copied();
      written(TWO, false);

      assertThat(screen.run("audit", "copies")).isZero();
      assertThat(screen.out())
          .contains(TWO + ": not copied yet", "1 of 2 logs are in the bucket, whole")
          .doesNotContain(ONE);

      changeIn(server);
      assertThat(screen.run("audit", "copies", ONE, "--json")).isEqualTo(9);
      assertThat(screen.json().get("holds").asBoolean()).isFalse();
      assertThat(screen.json().at("/copies/0/copy").asText()).isEqualTo("wrong");
      assertThat(screen.json().at("/copies/0/findings/0").asText()).contains("differs from");
      assertThat(screen.run("audit", "copies", TWO)).isZero();
      assertThat(screen.run("audit", "copies", "nothing")).isEqualTo(2);
    }
  }

  @Test
  @SuppressWarnings("try") // the server ends in the middle
  void saysThatNobodyAnswers() throws Exception {
    try (var server = S3Server.start(folder.resolve("s3"))) {
      var screen = CommandLineFixture.withBucket(folder, server);
      written(ONE, true);
      copied();
      server.close();

      assertThat(screen.run("audit", "copies", "--json")).isEqualTo(10);
      assertThat(screen.json().get("reason").asText()).contains("can't be read", "doctor");
    }
  }

  private void copied() throws Exception {
    var config = ConfigReader.read(folder.resolve("deployclaw.yaml"), Map.of());
    try (var bucket = AgentRuntime.bucket(config)) {
      var signer = HeadSigner.open(config.stateDir());
      assertThat(LogArchiver.of(config.stateDir(), bucket, signer).store())
          .isEqualTo(new LogArchiver.Copied(1, Optional.empty()));
    }
  }

  /** What nobody may do, and somebody does. */
  private void changeIn(S3Server server) throws Exception {
    try (var files = Files.walk(folder.resolve("s3").resolve("data").resolve(server.bucket()))) {
      var segment = files.filter(f -> f.toString().endsWith(".jsonl")).findFirst().orElseThrow();
      Files.writeString(segment, Files.readString(segment).replaceFirst("Looking", "Peeking"));
    }
  }

  private void written(String execution, boolean ends) {
    var thoughts = new ArrayList<LogEntry>();
    thoughts.add(LogEntryFixture.of(execution, Phase.PLAN, "Looking").step(1).thought());
    if (ends) {
      var facts = Map.<String, Object>of("result", "COMPLETED", "request", "look");
      thoughts.add(LogEntryFixture.of(execution, Phase.END, "Looking").facts(facts).thought());
    }
    try (var journal = FileJournal.open(folder.resolve("state"))) {
      LogEntryFixture.seal(
              new HashChainSealer(SecretRedactor.of(List.of())), LogHead.START, thoughts)
          .forEach(sealed -> journal.append(execution, sealed));
    }
  }
}
