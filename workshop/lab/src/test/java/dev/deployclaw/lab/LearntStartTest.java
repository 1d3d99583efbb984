package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.JavaProgram;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.lang3.function.Failable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent that begins with what the JDK learnt of an earlier start, as `./deployclaw` does. */
@Slow(
    guard = "dev.deployclaw.container.host.HostSupervisorTest",
    because =
        "it starts an agent with its executor host twice, and the JDK writes its cache between")
class LearntStartTest {
  private static final Duration LONGEST = Duration.ofMinutes(3);
  private static final List<String> SERVE = List.of("serve");

  /** Nothing listens there: an agent and its host start all the same. */
  private static final String ESTATE =
      """
      stateDir: state
      redis: {nodes: ["127.0.0.1:9"]}
      s3: {endpoint: "http://127.0.0.1:9", bucket: deployclaw, accessKeyFile: key, secretKeyFile: key}
      etcd: {endpoints: ["http://127.0.0.1:9"]}
      nats: {url: "nats://127.0.0.1:9"}
      serve: {listen: "127.0.0.1:0", tokensFile: tokens.yaml}
      """;

  @TempDir Path folder;

  @Test
  void hasAnExecutorHost() throws Exception {
    Files.writeString(folder.resolve("deployclaw.yaml"), ESTATE);
    Files.writeString(folder.resolve("key"), "none\n");
    Files.writeString(
        folder.resolve("tokens.yaml"),
        "tokens: [{name: olivia, sha256: \"" + "0".repeat(64) + "\", roles: [operator]}]\n");
    var program =
        new JavaProgram(
            "dev.deployclaw.container.Main",
            JavaProgram.QUICK,
            Optional.of(folder.resolve("agent.aot")));

    var built = Files.createDirectory(folder.resolve("new"));
    startsAHost("first", within(built, program.lesson(SERVE).orElseThrow()));
    program.keep();
    assertThat(program.learnt()).isPresent();
    var installed = Files.move(built, folder.resolve("installed"));
    startsAHost("second", within(installed, program.command(SERVE)));
  }

  /** The command with its jars in the folder. A build learns where it builds, and is moved then. */
  private static List<String> within(Path programs, List<String> command) throws IOException {
    var words = new ArrayList<>(command);
    int at = words.indexOf("-cp") + 1;
    var moved = new ArrayList<String>();
    for (String jar : words.get(at).split(File.pathSeparator, -1)) {
      var there = programs.resolve(Path.of(jar).getFileName());
      if (!Files.exists(there)) {
        Files.copy(Path.of(jar), there, StandardCopyOption.COPY_ATTRIBUTES);
      }
      moved.add(there.toString());
    }
    words.set(at, String.join(File.pathSeparator, moved));
    return words;
  }

  private void startsAHost(String name, List<String> command)
      throws IOException, InterruptedException {
    var out = folder.resolve(name + ".out");
    var err = folder.resolve(name + ".err");
    var agent =
        CommandRunner.of(command)
            .with(
                Map.of(
                    "DEPLOYCLAW_CONFIG",
                    folder.resolve("deployclaw.yaml").toString(),
                    "DEPLOYCLAW_LOG",
                    "info"))
            .start(out, err);
    try {
      BoundedWait.until(
          "its host is ready, or is down",
          LONGEST,
          () -> !agent.isAlive() || text(err).contains("The executor host is"));
      assertThat(err).content().contains("The executor host is ready");
    } finally {
      agent.destroy();
      if (!agent.waitFor(LONGEST)) {
        agent.destroyForcibly();
      }
    }
  }

  private static String text(Path file) {
    return Failable.get(() -> Files.readString(file));
  }
}
