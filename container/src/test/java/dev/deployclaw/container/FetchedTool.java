package dev.deployclaw.container;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.deployclaw.testkit.process.CommandRunner;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * A program that some slow tests need and a build doesn't: fetched once from its registry, in a
 * pinned version, and kept in the checkout's folder {@code .deployclaw}. Where it can't be fetched,
 * the test is skipped and says why.
 */
public final class FetchedTool {
  private static final Duration LONGEST = Duration.ofMinutes(4);
  private static final String PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0";

  private FetchedTool() {}

  /**
   * An artifact of Maven Central.
   *
   * @param artifact {@code GROUP:ARTIFACT:VERSION:TYPE}
   * @param sha256 of the file
   */
  public record MavenArtifact(String artifact, String sha256) {
    private String file() {
      var parts = artifact.split(":", -1);
      return parts[1] + "-" + parts[2] + "." + parts[3];
    }
  }

  /** The artifact's file. */
  public static Path file(String folder, MavenArtifact wanted) throws IOException {
    var at = Files.createDirectories(kept(folder));
    var file = at.resolve(wanted.file());
    if (!Files.exists(file)) {
      var arriving = Files.createTempDirectory(at, "arriving");
      fetch(
          arriving,
          "mvn",
          "-B",
          "-q",
          PLUGIN + ":copy",
          "-Dartifact=" + wanted.artifact(),
          "-DoutputDirectory=" + arriving);
      var came = arriving.resolve(wanted.file());
      if (!digest(came).equals(wanted.sha256())) {
        throw new IOException(wanted.artifact() + " isn't the file that was pinned");
      }
      Files.move(came, file);
      Files.delete(arriving);
    }
    return file;
  }

  /** The folder that an archive, a zip, has at its top. */
  public static Path unpacked(String folder, MavenArtifact archive, String top) throws IOException {
    var home = kept(folder).resolve(top);
    if (!Files.exists(home)) {
      var zip = file(folder, archive);
      var jar = Path.of(System.getProperty("java.home"), "bin", "jar").toString();
      var arriving = Files.createTempDirectory(zip.getParent(), "arriving");
      CommandRunner.of(jar, "-xf", zip.toString()).in(arriving).within(LONGEST).must();
      Files.move(arriving.resolve(top), home);
      Files.delete(arriving);
      Files.delete(zip);
    }
    return home;
  }

  /**
   * A file of a package of npm.
   *
   * @param wanted {@code NAME@VERSION}
   */
  public static Path npm(String folder, String wanted, String file) throws IOException {
    var at = Files.createDirectories(kept(folder));
    String name = wanted.substring(0, wanted.lastIndexOf('@'));
    var there = at.resolve("node_modules").resolve(name).resolve(file);
    if (!Files.exists(there)) {
      fetch(at, "npm", "install", "--no-audit", "--no-fund", "--prefix", at.toString(), wanted);
    }
    return there;
  }

  private static void fetch(Path folder, String... words) {
    String why;
    try {
      var ended = CommandRunner.of(List.of(words)).in(folder).within(LONGEST).run();
      if (ended.exit() == 0) {
        return;
      }
      why = ended.said();
    } catch (IllegalStateException | UncheckedIOException e) {
      why = String.valueOf(e.getMessage());
    }
    abort("not here, and can't be fetched by " + String.join(" ", words) + ": " + why);
  }

  private static String digest(Path file) throws IOException {
    try (var bytes = Files.newInputStream(file)) {
      var digest = MessageDigest.getInstance("SHA-256");
      bytes.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
      return HexFormat.of().formatHex(digest.digest());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path kept(String folder) {
    var at = Path.of("").toAbsolutePath();
    while (!Files.exists(at.resolve("scripts/test-times"))) {
      at = Objects.requireNonNull(at.getParent());
    }
    return at.resolve(".deployclaw").resolve(folder);
  }
}
