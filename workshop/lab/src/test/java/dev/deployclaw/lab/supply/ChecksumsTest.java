package dev.deployclaw.lab.supply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.process.CommandRunner;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each build compares its libraries with the checksums in the repository; here it is asked that
 * each of them has one, since Maven takes a library without one as it is.
 */
class ChecksumsTest {
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final Path ROOT = Path.of("../..");
  private static final Path FILE = ROOT.resolve(".mvn/checksums/checksums.sha256");

  @Test
  void eachLibraryOfTheProgramHasTheChecksumOfTheRepository() throws Exception {
    var known = known();
    var libraries = libraries();

    assertThat(libraries).hasSizeGreaterThan(100).doesNotHaveDuplicates();
    var paths = known.keySet().stream().collect(Collectors.groupingBy(ChecksumsTest::name));
    sha256(libraries)
        .forEach((library, sha256) -> {
          String path = path(library, paths.getOrDefault(name(library), List.of()));
          assertThat(path).as("%s has no checksum: scripts/record-checksums", library).isNotEmpty();
          assertThat(sha256).as(path).isEqualTo(known.get(path));
        });
  }

  @Test
  void mavenComparesInEveryBuild() throws IOException {
    assertThat(Files.readAllLines(ROOT.resolve(".mvn/maven.config")))
        .contains(
            "-Daether.trustedChecksumsSource.summaryFile=true",
            "-Daether.artifactResolver.postProcessor.trustedChecksums=true",
            "-Daether.artifactResolver.postProcessor.trustedChecksums.checksumAlgorithms=SHA-256");
  }

  /** What is missing beside it is only told by a build that doesn't compare: it would run it. */
  @Test
  void nothingIsBuiltWithAnAlteredFileToTellWhatIsMissing(@TempDir Path home) throws Exception {
    String path = Files.readAllLines(FILE).getFirst().split(" +", 2)[1];
    var altered = home.resolve(".m2/repository").resolve(path);
    Files.createDirectories(altered.getParent());
    Files.writeString(altered, "other bytes");
    Files.writeString(home.resolve("log"), "\"ArtifactResult.getArtifact()\" is null\n");
    String script =
        ". ../../scripts/env.sh; maven() { echo MAVEN RUNS; }; BUILD_LOG=$HOME/log explain_failure";

    String said = bash(home, script + "; cat $HOME/log");

    assertThat(said).contains(path + " isn't the file").doesNotContain("MAVEN RUNS");
    Files.delete(altered);
    assertThat(bash(home, script + "; cat $HOME/log")).contains("MAVEN RUNS");
  }

  private static String bash(Path home, String script) {
    return CommandRunner.of("bash", "-c", script)
        .with(Map.of("HOME", home.toString()))
        .within(LONGEST)
        .run()
        .said();
  }

  /** What the tests run with, the modules of the build left out. */
  private static List<Path> libraries() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .filter(p -> p.toString().endsWith(".jar") && !p.toString().contains("/target/"))
        .filter(p -> !p.toString().contains("/dev/deployclaw/"))
        .toList();
  }

  /** By its place in a Maven repository, wherever that is. */
  private static String path(String library, List<String> known) {
    return known.stream().filter(path -> library.endsWith("/" + path)).findFirst().orElse("");
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static Map<String, String> known() throws IOException {
    return Files.readAllLines(FILE).stream()
        .map(line -> line.split(" +", 2))
        .collect(Collectors.toMap(parts -> parts[1], parts -> parts[0]));
  }

  /** By a program, which is many times quicker than this JVM. */
  private static Map<String, String> sha256(List<Path> files) {
    var words = Stream.concat(Stream.of("sha256sum"), files.stream().map(Path::toString)).toList();
    return CommandRunner.of(words)
        .within(LONGEST)
        .must()
        .lines()
        .map(line -> line.split(" +", 2))
        .collect(Collectors.toMap(parts -> parts[1], parts -> parts[0]));
  }
}
