package dev.deployclaw.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.CommandRunner.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code scripts/pin-images} on copies of the examples, with a program that plays the registry. */
class PinImagesTest {
  private static final Path SCRIPT = Path.of("..", "..", "scripts", "pin-images").toAbsolutePath();
  private static final Path EXAMPLES = Path.of("..", "..", "container");

  /** Of each name another digest, by the name alone. */
  private static final String REGISTRY =
      "#!/bin/sh\nprintf 'sha256:%s\\n' \"$(printf %s \"$1\" | sha256sum | cut -d ' ' -f 1)\"\n";

  @TempDir Path folder;
  private final List<Path> files = new ArrayList<>();

  /** How the script ended, and what it said. */
  @BeforeEach
  void copies() throws IOException {
    try (var manifests = Files.list(EXAMPLES.resolve("kubernetes"))) {
      var all =
          Stream.concat(
              Stream.of("compose.yaml", "compose.docker.yaml", "Dockerfile").map(EXAMPLES::resolve),
              manifests.filter(f -> f.toString().endsWith(".yaml")));
      for (Path file : all.sorted().toList()) {
        files.add(Files.copy(file, folder.resolve(file.getFileName().toString())));
      }
    }
  }

  @Test
  void pinsEachImageOfAnotherAndNothingElse() throws Exception {
    var before = texts();

    var ended = run(REGISTRY);

    assertThat(ended.exit()).as(ended.said()).isZero();
    assertThat(run(REGISTRY, "--check").said()).isEmpty();
    var after = texts();
    for (var own : List.of("agent", "host", "ratelimit")) {
      assertThat(after.toString())
          .contains("deployclaw/" + own + ":0.1.0")
          .doesNotContainPattern("deployclaw/" + own + "[^\\s@]*@");
    }
    after.replaceAll((_, text) -> text.replaceAll("@sha256:[0-9a-f]{64}", ""));
    before.replaceAll((_, text) -> text.replaceAll("@sha256:[0-9a-f]{64}", ""));
    assertThat(after).isEqualTo(before);
  }

  @Test
  void aSecondRunChangesNothingAndRenewsADigest() throws Exception {
    run(REGISTRY);
    var pinned = texts();

    assertThat(run(REGISTRY).exit()).isZero();
    assertThat(texts()).isEqualTo(pinned);

    assertThat(run("#!/bin/sh\necho sha256:" + "0".repeat(64) + "\n").exit()).isZero();
    assertThat(texts().toString()).doesNotContainPattern("@sha256:0{0,63}[1-9a-f]");
  }

  @Test
  void checkNamesWhatIsNotPinned() throws Exception {
    run(REGISTRY);
    var compose = folder.resolve("compose.yaml");
    String text = Files.readString(compose);
    Files.writeString(compose, text.replaceFirst("(image: nats:\\S+)@sha256:\\S+", "$1"));

    var ended = run(REGISTRY, "--check");

    assertThat(ended.exit()).isEqualTo(1);
    assertThat(ended.said()).contains("nats:").doesNotContain("redis:", "etcd:");
  }

  @Test
  void writesNothingWhereOneImageHasNoDigest() throws Exception {
    var before = texts();

    var refused =
        run("#!/bin/sh\ncase $1 in redis:*) exit 1;; esac\necho sha256:" + "1".repeat(64));
    var odd = run("#!/bin/sh\necho latest");

    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.said()).contains("redis:", "its registry gives no digest");
    assertThat(odd.exit()).isEqualTo(1);
    assertThat(odd.said()).contains("\"latest\" is no digest");
    assertThat(texts()).isEqualTo(before);
  }

  private Map<String, String> texts() throws IOException {
    var out = new TreeMap<String, String>();
    for (Path file : files) {
      out.put(file.getFileName().toString(), Files.readString(file));
    }
    return out;
  }

  private CommandResult run(String registry, String... options) throws Exception {
    var resolver = folder.resolve("registry");
    Files.writeString(resolver, registry);
    Files.setPosixFilePermissions(resolver, PosixFilePermissions.fromString("rwx------"));
    var command = new ArrayList<>(List.of(SCRIPT.toString()));
    command.addAll(List.of(options));
    files.forEach(file -> command.add(file.toString()));
    return CommandRunner.of(command).with(Map.of("PIN_RESOLVE", resolver.toString())).run();
  }
}
