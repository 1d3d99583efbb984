package dev.deployclaw.executors.docker;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.testkit.docker.TestDockerDaemon;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** A real daemon for a test class; without one the class is skipped, and says why. */
public final class Daemons {
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private Daemons() {}

  public static TestDockerDaemon start(Path folder, Class<?> test) {
    Optional<String> missing = TestDockerDaemon.missing();
    skip(missing, test);
    return TestDockerDaemon.start(folder);
  }

  static void skip(Optional<String> missing, Class<?> test) {
    missing.ifPresent(why -> System.out.println(test.getSimpleName() + " is skipped: " + why));
    assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
  }

  public static DockerSettings settings(String host) {
    return new DockerSettings(URI.create(host), Optional.empty(), ANSWER);
  }
}
