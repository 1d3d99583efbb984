package dev.deployclaw.container.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.ChainRecorder;
import dev.deployclaw.audit.FileJournal;
import dev.deployclaw.audit.HeadSigner;
import dev.deployclaw.audit.LogSegments;
import dev.deployclaw.audit.Redaction;
import dev.deployclaw.container.config.ConfigReader;
import dev.deployclaw.container.wiring.Agent;
import dev.deployclaw.core.fake.PlainThought;
import dev.deployclaw.core.log.Recorder.Head;
import dev.deployclaw.core.log.Thought;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.testkit.S3;
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
    try (var server = S3.spawn(folder.resolve("s3"))) {
      var screen = screen(server);
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
      assertThat(screen.json().at("/copies/0/findings/0").asText()).contains("isn't what");
      assertThat(screen.run("audit", "copies", TWO)).isZero();
      assertThat(screen.run("audit", "copies", "nothing")).isEqualTo(2);
    }
  }

  @Test
  void saysThatNobodyAnswers() throws Exception {
    try (var server = S3.spawn(folder.resolve("s3"))) {
      var screen = screen(server);
      written(ONE, true);
      copied();
      server.daemons().forEach(d -> d.kill());

      assertThat(screen.run("audit", "copies", "--json")).isEqualTo(10);
      assertThat(screen.json().get("reason").asText()).contains("can't be read", "doctor");
    }
  }

  private Screen screen(S3 server) {
    var screen = new Screen(folder);
    screen.write(
        "deployclaw.yaml",
        """
        stateDir: state
        etcd: {endpoints: ["http://127.0.0.1:1"]}
        redis: {nodes: ["127.0.0.1:1"]}
        s3: {endpoint: "%s", bucket: "%s", accessKey: "%s", secretKey: "%s", timeout: 2s}
        nats: {url: "nats://127.0.0.1:1"}
        """
            .formatted(server.endpoint(), server.bucket(), server.accessKey(), server.secretKey()));
    return screen;
  }

  private void copied() throws Exception {
    var config = ConfigReader.read(folder.resolve("deployclaw.yaml"), Map.of());
    try (var bucket = Agent.bucket(config)) {
      var signer = HeadSigner.open(config.stateDir());
      assertThat(LogSegments.of(config.stateDir(), bucket, signer).store())
          .isEqualTo(new LogSegments.Copied(1, Optional.empty()));
    }
  }

  /** What nobody may do, and somebody does. */
  private void changeIn(S3 server) throws Exception {
    try (var files = Files.walk(folder.resolve("s3").resolve("data").resolve(server.bucket()))) {
      var segment = files.filter(f -> f.toString().endsWith(".jsonl")).findFirst().orElseThrow();
      Files.writeString(segment, Files.readString(segment).replaceFirst("Looking", "Peeking"));
    }
  }

  private void written(String execution, boolean ends) {
    var thoughts = new ArrayList<Thought>();
    thoughts.add(PlainThought.of(execution, Phase.PLAN, "Looking").step(1).thought());
    if (ends) {
      var facts = Map.<String, Object>of("result", "COMPLETED", "request", "look");
      thoughts.add(PlainThought.of(execution, Phase.END, "Looking").facts(facts).thought());
    }
    try (var journal = FileJournal.open(folder.resolve("state"))) {
      new ChainRecorder(Redaction.of(List.of()))
          .seal(Head.START, thoughts)
          .forEach(sealed -> journal.append(execution, sealed));
    }
  }
}
