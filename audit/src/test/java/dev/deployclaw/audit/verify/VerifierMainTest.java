package dev.deployclaw.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.testkit.process.CommandRunner;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verifier's jar, as the build makes it before the tests, run as an auditor runs it. */
class VerifierMainTest {
  private static final Duration LONGEST = Duration.ofMinutes(2);
  @TempDir Path folder;

  @Test
  void holdsNothingButTheVerifier() throws Exception {
    try (var jar = new JarFile(jar().toFile())) {
      assertThat(jar.stream().map(entry -> entry.getName()).filter(n -> n.endsWith(".class")))
          .isNotEmpty()
          .allMatch(name -> name.startsWith("dev/deployclaw/audit/verify/"));
    }
  }

  @Test
  void findsNothingInAnUntouchedLog() throws Exception {
    Path log = Files.write(folder.resolve("log.json"), RealLogs.bytes("raised"));

    assertThat(run("--key", RealLogs.key(), log.toString()))
        .isEqualTo(new Ran(0, "{\"links\":0,\"logs\":1}\n"));
  }

  @Test
  void namesWhatWasChanged() throws Exception {
    String text = new String(RealLogs.bytes("raised"), StandardCharsets.UTF_8);
    Path log = Files.writeString(folder.resolve("log.json"), text.replace("\"root\"", "\"ruth\""));

    var ran = run("--key", RealLogs.key(), log.toString());

    assertThat(ran.exit()).isEqualTo(9);
    assertThat(ran.out().lines().toList())
        .allMatch(line -> line.startsWith("{\"code\":\"") && line.contains("\"seq\":"))
        .anyMatch(line -> line.contains("\"code\":\"hash\"") && line.contains("\"seq\":1,"));
  }

  @Test
  void saysHowItIsUsed() throws Exception {
    assertThat(run().exit()).isEqualTo(2);
    assertThat(run("--why").out()).contains("usage:");
    assertThat(run(folder.resolve("none").toString()).out()).contains("unreadable");
  }

  private record Ran(int exit, String out) {}

  private Ran run(String... args) throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-jar", jar().toString()));
    command.addAll(List.of(args));
    var run = CommandRunner.of(command).within(LONGEST).run();
    return new Ran(run.exit(), run.out() + run.err());
  }

  private static Path jar() throws Exception {
    try (var files = Files.list(Path.of("target"))) {
      return files.filter(f -> f.toString().endsWith("-verify.jar")).findFirst().orElseThrow();
    }
  }
}
