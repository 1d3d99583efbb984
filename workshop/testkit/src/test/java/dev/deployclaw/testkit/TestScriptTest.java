package dev.deployclaw.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.CommandRunner.CommandResult;
import dev.deployclaw.testkit.process.ExecutableFinder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code ./test} in a tree of its own, with a Maven that only reports what it is told to. */
final class TestScriptTest {
  private static final Duration LONGEST = Duration.ofMinutes(2);

  /** What is there already, so that nothing is installed. */
  private static final List<String> THERE =
      List.of(
          "redis-server",
          "redis-cli",
          "etcd",
          "etcdctl",
          "nats-server",
          "nginx",
          "gcc",
          "curl",
          "iptables",
          "ip",
          "dockerd",
          "chromium",
          "python3");

  private static final List<String> TOOLS =
      List.of(
          "awk",
          "bash",
          "cat",
          "cksum",
          "cp",
          "cut",
          "dirname",
          "env",
          "find",
          "flock",
          "grep",
          "head",
          "mkdir",
          "mv",
          "nice",
          "paste",
          "pkill",
          "readlink",
          "rm",
          "sed",
          "sh",
          "sha256sum",
          "sort",
          "tail",
          "wc",
          "xargs");

  @TempDir Path folder;

  @BeforeEach
  void makeTree() throws IOException {
    for (String file :
        List.of("test", "scripts/env.sh", "scripts/tests.sh", "scripts/warm-up.sh")) {
      Path target = folder.resolve(file);
      Files.createDirectories(Objects.requireNonNull(target.getParent()));
      Files.copy(JavaSourceFile.TOP.resolve(file), target);
    }
    write("pom.xml", "<modules><module>workshop/lab</module></modules>");
    write(".mvn/maven.config", "");
    write("SKILL.md", "");
    write("workshop/lab/pom.xml", "<project/>");
    write("workshop/lab/src/main/A.java", "class A {}");
    write("workshop/lab/src/test/java/a/QuickTest.java", "class QuickTest {}");
    write("scripts/test-times", "# module class\nworkshop/lab a.LongTest 0 0 40 99 2\n");
    write(
        "workshop/lab/src/test/java/a/LongTest.java",
        "@Slow(guard = \"a.QuickTest\")\nclass LongTest {}");
    program("jdk/bin/javac", "");
    write("jdk/release", "JAVA_VERSION=\"25.0.1\"");
    THERE.forEach(name -> program("bin/" + name, ""));
    TOOLS.forEach(
        name -> program("bin/" + name, "exec " + ExecutableFinder.find(name) + " \"$@\""));
    maven("a.QuickTest", 5, 1);
  }

  @Test
  void endsWithOneLineOfWhatPassedFailedAndWasSkipped() throws Exception {
    maven("a.QuickTest", 5, 0);

    var run = run();

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out().lines()).endsWith("4 passed, 0 failed, 1 skipped");
    assertThat(run.out())
        .contains("some 40 tests of 1 classes of the slow tier", "2.5 s  a.QuickTest");
    assertThat(arguments()).contains("-Dtest.tags.not=slow");
  }

  @Test
  void failsWhereATestFailed() throws Exception {
    var run = run();

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.out().lines()).endsWith("3 passed, 1 failed, 1 skipped");
    assertThat(run.err()).contains("failed: fast");
    assertThat(run.out())
        .contains("failed:\n  a.QuickTest.adds (workshop/lab): expected: <2> but was: 3");
  }

  @Test
  void countsAClassWithoutAResultAsFailed() throws Exception {
    maven("a.Another", 5, 0);

    var run = run();

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.out().lines()).endsWith("4 passed, 1 failed, 1 skipped");
    assertThat(run.err()).contains("a.QuickTest has no result");
    assertThat(run.out()).contains("failed:\n  a.QuickTest (workshop/lab): no result");
  }

  @Test
  void addsUpWhatSeveralPartsRan() throws Exception {
    maven("a.QuickTest", 5, 0);

    var run = run("--fast", "--analyse", "LongTest");

    assertThat(run.out().lines()).endsWith("8 passed, 1 failed, 2 skipped");
    assertThat(run.err()).contains("a.LongTest has no result").doesNotContain("a.QuickTest has");
    assertThat(arguments().lines())
        .as("the analysers have what CPU the tests leave")
        .anyMatch(line -> line.startsWith("nice 19: ") && line.contains("-Panalyse"))
        .anyMatch(line -> !line.contains("nice 19: ") && line.contains("-Dsurefire.includesFile="));
  }

  @Test
  void failsWhereTheAnalysersFoundSomethingBesideTestsThatPass() throws Exception {
    maven("a.LongTest", 5, 0);
    write("found", "");

    var run = run("--analyse", "--slow", "1/1");

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.out().lines()).endsWith("4 passed, 0 failed, 1 skipped");
    assertThat(run.err()).contains("failed: analyse").doesNotContain("failed: slow");
  }

  @Test
  void saysThatTheBuildFailedAndRunsNothing() throws Exception {
    program("bin/mvn", "echo '[ERROR] no luck'; exit 1");

    var run = run();

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("no luck", "the build failed, no test was run");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void namesAnArgumentThatMeansNothing() throws Exception {
    for (String wrong : List.of("--quick", "NoSuchTest", "--slow")) {
      var run = run(wrong);

      assertThat(run.exit()).isEqualTo(2);
      assertThat(run.err()).contains(wrong, "--help", "modules: workshop/lab");
      assertThat(folder.resolve("arguments")).doesNotExist();
    }
  }

  @Test
  void theFifthsOfTheSlowTierAreApartAndAreAllOfIt() throws Exception {
    var all = lines("slow_classes");
    var fifths = new ArrayList<String>();
    for (int n : IntStream.rangeClosed(1, 5).toArray()) {
      var fifth = lines("slow_share " + n + " 5");
      assertThat(fifth).as("fifth " + n).isNotEmpty();
      fifths.addAll(fifth);
    }

    assertThat(all).hasSizeGreaterThan(20);
    assertThat(fifths).containsExactlyInAnyOrderElementsOf(all);
  }

  @Test
  void theTwoLanesAreApartAndAreAllOfItAndNoModuleIsInBoth() throws Exception {
    String split = "WORK='%s'; split_lanes 4 < <(test_classes); cat \"$WORK/lane.%d\"";
    var first = lines(split.formatted(folder, 1));
    var second = lines(split.formatted(folder, 2));

    assertThat(Stream.concat(first.stream(), second.stream()))
        .containsExactlyInAnyOrderElementsOf(lines("test_classes"));
    assertThat(modules(first)).isNotEmpty().doesNotContainAnyElementsOf(modules(second));
    assertThat(modules(second)).isNotEmpty();
  }

  private static Set<String> modules(List<String> classes) {
    return classes.stream().map(line -> line.split(" ", -1)[0]).collect(Collectors.toSet());
  }

  /** What a function says of the tree that this test is in. */
  private List<String> lines(String function) throws Exception {
    String script =
        "set -euo pipefail; cd '%s'; . scripts/env.sh; . scripts/tests.sh; %s"
            .formatted(JavaSourceFile.TOP, function);
    var run = run(List.of("/bin/bash", "-c", script));
    assertThat(run.exit()).as(run.err()).isZero();
    return run.out().lines().toList();
  }

  private CommandResult run(String... arguments) {
    var command = new ArrayList<>(List.of(folder.resolve("test").toString()));
    command.addAll(List.of(arguments));
    return run(command);
  }

  private CommandResult run(List<String> command) {
    return CommandRunner.of(command)
        .with(
            Map.of(
                "PATH", folder.resolve("bin").toString(),
                "JAVA_HOME", folder.resolve("jdk").toString()))
        .within(LONGEST)
        .run();
  }

  private String arguments() throws IOException {
    return Files.readString(folder.resolve("arguments"));
  }

  /** A Maven that reports so many tests of a class, one of them skipped; analysers may find. */
  private void maven(String reported, int tests, int failed) {
    String report =
        "<testsuite name=\"%s\" time=\"2.500\" tests=\"%d\" errors=\"0\" skipped=\"1\" failures=\"%d\">"
            .formatted(reported, tests, failed);
    if (failed > 0) {
      report +=
          "\n  <testcase name=\"adds\" classname=\"%s\">\n    <failure message=\"expected: &lt;2&gt;&#10;but was: 3\" type=\"E\">"
              .formatted(reported);
    }
    program(
        "bin/mvn",
        "cd '%s'; echo \"nice $(nice): $*\" >>arguments; case \"$*\" in *-Panalyse*) [ ! -e found ]; exit ;; esac; mkdir -p workshop/lab/target/surefire-reports; echo '%s' >workshop/lab/target/surefire-reports/TEST-a.xml"
            .formatted(folder, report));
  }

  private void program(String file, String body) {
    try {
      Path program = write(file, "#!/bin/sh\n" + body + "\n");
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private Path write(String file, String text) throws IOException {
    Path target = folder.resolve(file);
    Files.createDirectories(Objects.requireNonNull(target.getParent()));
    return Files.writeString(target, text);
  }
}
