package dev.deployclaw.bench.estate;

import dev.deployclaw.bench.measure.CheckedCalls;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.executors.docker.DockerInspectionExecutor;
import dev.deployclaw.executors.docker.DockerSettings;
import dev.deployclaw.testkit.docker.TestDockerDaemon;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The containers of a daemon, created and never started. */
final class DockerScanSubject implements ScanSubject {
  private static final Duration ANSWER = Duration.ofSeconds(60);

  /** The lists that a topology is made of. */
  private static final List<String> LISTS =
      List.of("/images/json?all=1", "/networks", "/containers/json?all=1");

  private final TestDockerDaemon docker;
  private final int size;
  private final DockerInspectionExecutor executor;

  private DockerScanSubject(TestDockerDaemon docker, int size) {
    this.docker = docker;
    this.size = size;
    this.executor =
        new DockerInspectionExecutor(
            Optional.of(new DockerSettings(URI.create(docker.host()), Optional.empty(), ANSWER)));
  }

  /** Creates as many as are missing. */
  static DockerScanSubject grown(TestDockerDaemon docker, int size) {
    String image = docker.nginxImage();
    var ours = List.copyOf(docker.label().values());
    var all = docker.client().listContainersCmd().withShowAll(true).exec();
    long there = all.stream().filter(c -> c.getLabels().values().containsAll(ours)).count();
    for (long i = there; i < size; i++) {
      docker
          .client()
          .createContainerCmd(image)
          .withName("app-%05d".formatted(i))
          .withLabels(docker.label())
          .withCmd("/bin/none")
          .exec();
    }
    return new DockerScanSubject(docker, size);
  }

  @Override
  public String title() {
    return "docker containers";
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void look() throws InterruptedException {
    CheckedCalls.on(executor, new ExecutorCall.Look("inspect", Map.of()));
  }

  @Override
  public void floor() {
    BareHttpRequests.get(Path.of(URI.create(docker.host()).getPath()), LISTS);
  }

  @Override
  public OptionalInt requests() {
    return OptionalInt.empty();
  }
}
