package dev.deployclaw.executors.docker;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.testkit.Docker;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** A real daemon for a test class; without one the class is skipped, and says why. */
final class Daemons {
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private Daemons() {}

  static Docker start(Path folder, Class<?> test) {
    Optional<String> missing = Docker.missing();
    skip(missing, test);
    return Docker.start(folder);
  }

  static void skip(Optional<String> missing, Class<?> test) {
    missing.ifPresent(why -> System.out.println(test.getSimpleName() + " is skipped: " + why));
    assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
  }

  static DockerSettings settings(String host) {
    return new DockerSettings(URI.create(host), Optional.empty(), ANSWER);
  }
}
