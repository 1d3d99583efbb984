package dev.deployclaw.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.CommandRunner.CommandResult;
import dev.deployclaw.testkit.process.ExecutableFinder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code ./deployclaw} in a tree of its own, with a Maven and a JDK that only take notes. */
final class ScriptsTest {
  private static final Path TOP = Path.of("../..").toAbsolutePath().normalize();
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final List<String> TOOLS =
      List.of(
          "bash",
          "cat",
          "cut",
          "dirname",
          "env",
          "find",
          "flock",
          "grep",
          "head",
          "ls",
          "mkdir",
          "mktemp",
          "mv",
          "readlink",
          "rm",
          "sed",
          "sha256sum",
          "sleep",
          "sort",
          "tail",
          "timeout",
          "xargs");

  /** A Maven that notes its run and lays out a program. */
  private static final String BUILD =
      "echo run >>\"$NOTES\"\nfor a; do case $a in -Dprogram=*) mkdir -p \"${a#*=}/lib\";; esac; done";

  @TempDir Path folder;

  @BeforeEach
  void makeTree() throws IOException {
    copy("deployclaw");
    copy("scripts/env.sh");
    copy("scripts/warm-up.sh");
    write("pom.xml", "<project/>");
    write(".mvn/maven.config", "");
    write("workshop/lab/pom.xml", "<project/>");
    write("workshop/lab/src/main/A.java", "class A {}");
    program("bin/mvn", BUILD);
    program("jdk/bin/javac", "");
    program("jdk/bin/java", "shift $(($# - 2)); echo \"$PWD $*\"");
    write("jdk/release", "JAVA_VERSION=\"25.0.1\"");
    for (String tool : TOOLS) {
      program("bin/" + tool, "exec " + ExecutableFinder.find(tool) + " \"$@\"");
    }
  }

  @Test
  void buildsAgainOnlyWhenASourceChanged() throws Exception {
    run("status");
    run("status");
    assertThat(builds()).isEqualTo(1);

    write("workshop/lab/src/main/A.java", "class A { }");
    run("status");
    assertThat(builds()).isEqualTo(2);

    Files.delete(folder.resolve("workshop/lab/src/main/A.java"));
    run("status");
    assertThat(builds()).isEqualTo(3);

    write("workshop/lab/src/test/ATest.java", "class ATest {}");
    run("status");
    assertThat(builds()).isEqualTo(3);
  }

  @Test
  void looksAtContentsWhereTimesMovedAndKeepsTheProgramBefore() throws Exception {
    Path source = folder.resolve("workshop/lab/src/main/A.java");
    run("status");
    FileTime written = Files.getLastModifiedTime(source);

    Files.setLastModifiedTime(source, FileTime.fromMillis(written.toMillis() + 60_000));
    run("status");
    assertThat(builds()).as("touched").isEqualTo(1);

    write("workshop/lab/src/main/A.java", "class B {}");
    Files.setLastModifiedTime(source, written);
    run("status");
    assertThat(builds()).as("another text of the same size and date").isEqualTo(2);

    write("workshop/lab/src/main/A.java", "class A {}");
    var back = run("status");
    assertThat(back.exit()).isZero();
    assertThat(builds()).as("as it was before").isEqualTo(2);
  }

  @Test
  void buildThatIsCutOffLeavesNothingToStartOrToBuildUpon() throws Exception {
    program(
        "bin/mvn", BUILD + "\nmkdir -p lab/target/run/classes\n: >lab/target/run/A\nkill -9 $PPID");

    var killed = run("status");
    program("bin/mvn", BUILD + "\n[ ! -e lab/target/run ] || exit 1");
    var next = run("status");

    assertThat(killed.exit()).isNotZero();
    assertThat(killed.out()).isEmpty();
    assertThat(next.exit()).as(next.err()).isZero();
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void buildsAgainWhatChangedDuringTheBuild() throws Exception {
    String change =
        "\n[ -e edited ] || { : >edited; echo 'class C {}' >workshop/lab/src/main/C.java; }";
    program("bin/mvn", BUILD + change);

    var run = run("status");
    run("status");

    assertThat(run.exit()).isZero();
    assertThat(run.err()).contains("sources changed meanwhile");
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void twoAtOnceBuildOnce() throws Exception {
    try (var both = Executors.newVirtualThreadPerTaskExecutor()) {
      var first = both.submit(() -> run("status"));
      var second = both.submit(() -> run("status"));

      assertThat(first.get().exit()).as(first.get().err()).isZero();
      assertThat(second.get().exit()).as(second.get().err()).isZero();
    }
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void saysInOneLineWhichDependencyIsMissing() throws Exception {
    program(
        "bin/mvn",
        "echo '[ERROR] Could not transfer artifact io.x:y:jar:1.0 from/to central: no route'; exit 1");

    var run = run("status");

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err().lines().filter(line -> line.contains("io.x:y:jar:1.0")))
        .singleElement()
        .asString()
        .contains("can't be downloaded", "~/.m2/settings.xml");
  }

  @Test
  void runsInTheCallersFolderWithItsArguments() throws Exception {
    var run = run("log", "last one");

    assertThat(run.exit()).isZero();
    assertThat(run.out()).isEqualTo(folder.resolve("elsewhere").toRealPath() + " log last one\n");
  }

  @Test
  void tellsTheProgramHowWideTheTerminalIs() throws Exception {
    var script = ExecutableFinder.find("script");
    program("jdk/bin/java", "echo wide: ${COLUMNS:-unknown}");
    String words = "stty cols 60 rows 24; " + folder.resolve("deployclaw") + " status";
    program("bin/stty", "exec " + ExecutableFinder.find("stty") + " \"$@\"");

    var onTerminal = run(List.of(script, "-qec", words, "/dev/null"));

    assertThat(onTerminal.said()).contains("wide: 60");
    String told = System.getenv().getOrDefault("COLUMNS", "unknown");
    assertThat(run("status").out()).isEqualTo("wide: " + told + "\n");
  }

  @Test
  void failedBuildIsReportedWithItsLogAndTriedAgain() throws Exception {
    program("bin/mvn", "echo run >>\"$NOTES\"; echo '[ERROR] no luck'; exit 1");

    var first = run("status");
    run("status");

    assertThat(first.exit()).isEqualTo(1);
    assertThat(first.out()).isEmpty();
    assertThat(first.err()).contains("no luck", ".deployclaw/build.log");
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void namesWhatIsMissingWhereItCannotInstall() throws Exception {
    var run = run("demo", "--json");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("missing here:", "redis-server", "sudo apt-get");
    assertThat(builds()).isZero();
  }

  @Test
  void goesOnWithoutWhatIsOptionalAndSaysSo() throws Exception {
    String script =
        """
        set -euo pipefail
        . "%s"
        has() { [[ $1 != dockerd ]]; }
        install_packages() ( exit 2 )
        provide_optional docker
        echo went on
        """
            .formatted(folder.resolve("scripts/env.sh"));

    var run = run(List.of("/bin/bash", "-c", script));

    assertThat(run.exit()).isZero();
    assertThat(run.out()).isEqualTo("went on\n");
    assertThat(run.err()).contains("goes on without docker.io").contains("is skipped");
  }

  @Test
  void entersANetworkOfItsOwnInWhichThereIsALoopback() throws Exception {
    for (String tool : List.of("unshare", "ip", "sh", "true")) {
      program("bin/" + tool, "exec " + ExecutableFinder.find(tool) + " \"$@\"");
    }
    assumeTrue(
        run(List.of("/bin/sh", "-c", "unshare --net true")).exit() == 0,
        "no namespaces may be made here");
    String script =
        """
        set -euo pipefail
        . "%s"
        own_network sh -c 'readlink /proc/self/ns/net; ip link show up; echo from $CAMPAIGN_OUTER_NETWORK'
        """
            .formatted(folder.resolve("scripts/env.sh"));

    var run = run(List.of("/bin/bash", "-c", script));

    assertThat(run.exit()).as(run.err()).isZero();
    String outer = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
    assertThat(run.out().lines().findFirst().orElse("")).startsWith("net:[").isNotEqualTo(outer);
    assertThat(run.out()).contains("LOOPBACK,UP", "from " + outer);
  }

  private CommandResult run(String... arguments) throws IOException {
    var words = new ArrayList<>(List.of(folder.resolve("deployclaw").toString()));
    words.addAll(List.of(arguments));
    return run(words);
  }

  private CommandResult run(List<String> words) throws IOException {
    return CommandRunner.of(words)
        .in(Files.createDirectories(folder.resolve("elsewhere")))
        .with(
            Map.of(
                "PATH", folder.resolve("bin").toString(),
                "JAVA_HOME", folder.resolve("jdk").toString(),
                "NOTES", folder.resolve("notes").toString()))
        .within(LONGEST)
        .run();
  }

  private long builds() throws IOException {
    Path notes = folder.resolve("notes");
    return Files.exists(notes) ? Files.readAllLines(notes).size() : 0;
  }

  private void copy(String file) throws IOException {
    Path target = folder.resolve(file);
    Files.createDirectories(Objects.requireNonNull(target.getParent()));
    Files.copy(TOP.resolve(file), target);
  }

  private void program(String file, String body) throws IOException {
    Path program = write(file, "#!/bin/sh\n" + body + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Path write(String file, String text) throws IOException {
    Path target = folder.resolve(file);
    Files.createDirectories(Objects.requireNonNull(target.getParent()));
    return Files.writeString(target, text);
  }
}
