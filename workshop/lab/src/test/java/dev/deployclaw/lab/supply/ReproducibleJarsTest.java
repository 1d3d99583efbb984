package dev.deployclaw.lab.supply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.process.CommandRunner;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two checkouts in two folders make the same jars, byte for byte. */
class ReproducibleJarsTest {
  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
  private static final Set<String> LEFT_OUT = Set.of("target", ".git", ".deployclaw");
  private static final Duration LONGEST = Duration.ofMinutes(10);

  /** It ends before the second compiler has earned what it costs. */
  private static final String QUICK = "-XX:TieredStopAtLevel=1";

  /** The {@code project.build.outputTimestamp} of the build. */
  private static final LocalDateTime STAMP = LocalDateTime.of(2026, 11, 1, 0, 0);

  @TempDir Path folder;

  /** What would tell two builds apart: the time, the place and who built. */
  @Test
  void aJarSaysNeitherWhenNorWhereItWasMade() throws Exception {
    var packed = where();
    assumeTrue(Files.isRegularFile(packed), packed + " isn't packed");
    try (var jar = new JarFile(packed.toFile())) {
      var entries = jar.stream().toList();

      assertThat(entries).isNotEmpty();
      assertThat(entries).extracting(ZipEntry::getTimeLocal).containsOnly(STAMP);
      for (var entry : entries) {
        try (var in = jar.getInputStream(entry)) {
          var text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
          assertThat(text.contains(ROOT + "/")).as(entry.getName()).isFalse();
        }
      }
      assertThat(jar.getManifest().getMainAttributes().keySet())
          .extracting(String::valueOf)
          .containsExactlyInAnyOrder(
              "Manifest-Version", "Created-By", "Java-Version", "Build-Jdk-Spec");
    }
  }

  private static Path where() throws URISyntaxException {
    return Path.of(PolicySet.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  /** The build that runs this test has packed it already; where it hasn't, two others do. */
  @Slow(
      guard = "dev.deployclaw.lab.supply.ReproducibleJarsTest#aJarSaysNeitherWhenNorWhereItWasMade",
      because = "Maven and the compiler run for it")
  @Test
  void aModuleIsTheSameTwice() throws Exception {
    var here = where();
    if (Files.isDirectory(here)) {
      assertSameTwice("policy", 1);
    } else {
      assertThat(jars(build(folder.resolve("another/place"), "policy")).values())
          .contains(sha256(here));
    }
  }

  @Slow(
      guard = "dev.deployclaw.lab.supply.ReproducibleJarsTest#aJarSaysNeitherWhenNorWhereItWasMade",
      because = "it compiles all that is shipped, twice")
  @Test
  void allThatIsShippedIsTheSameTwice() throws Exception {
    assertSameTwice("container,ratelimit", 8);
  }

  private void assertSameTwice(String modules, int least) throws Exception {
    var one = jars(build(folder.resolve("one"), modules));
    var other = jars(build(folder.resolve("another/place"), modules));

    assertThat(one).hasSizeGreaterThanOrEqualTo(least);
    assertThat(other).isEqualTo(one);
  }

  private static Path build(Path checkout, String modules) throws Exception {
    copy(checkout);
    var command =
        new ArrayList<>(
            List.of("mvn", "-o", "-Prun", "--projects", modules, "--also-make", "package"));
    String repository = System.getProperty("maven.repo.local", "");
    if (!repository.isEmpty()) {
      command.add("-Dmaven.repo.local=" + repository);
    }
    var _ =
        CommandRunner.of(command)
            .in(checkout)
            .with(Map.of("JAVA_HOME", System.getProperty("java.home"), "MAVEN_OPTS", QUICK))
            .within(LONGEST)
            .must();
    return checkout;
  }

  private static void copy(Path to) throws IOException {
    try (var files = Files.walk(ROOT)) {
      var sources = files.filter(Files::isRegularFile).filter(ReproducibleJarsTest::isSource);
      for (var file : (Iterable<Path>) sources::iterator) {
        var copy = to.resolve(ROOT.relativize(file));
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
  }

  private static boolean isSource(Path file) {
    for (var part : ROOT.relativize(file)) {
      if (LEFT_OUT.contains(part.toString())) {
        return false;
      }
    }
    return !ROOT.relativize(file).toString().contains("src/test/");
  }

  private static Map<String, String> jars(Path checkout)
      throws IOException, NoSuchAlgorithmException {
    var digests = new TreeMap<String, String>();
    try (var files = Files.walk(checkout)) {
      for (var jar : (Iterable<Path>) files.filter(f -> f.toString().endsWith(".jar"))::iterator) {
        digests.put(checkout.relativize(jar).toString(), sha256(jar));
      }
    }
    return digests;
  }

  private static String sha256(Path jar) throws IOException, NoSuchAlgorithmException {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar));
    return HexFormat.of().formatHex(digest);
  }
}
