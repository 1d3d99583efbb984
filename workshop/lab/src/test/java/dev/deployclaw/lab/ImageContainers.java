package dev.deployclaw.lab;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.docker.TestDockerDaemon;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Containers of the product's images in a test's daemon, each without a right. */
record ImageContainers(TestDockerDaemon docker) {
  private static final Duration SOON = Duration.ofMinutes(2);
  private static final long MEMORY = 512L << 20;

  /** Everything that the guide says that ours do without. */
  static HostConfig confined() {
    return HostConfig.newHostConfig()
        .withReadonlyRootfs(true)
        .withCapDrop(Capability.ALL)
        .withSecurityOpts(List.of("no-new-privileges"))
        .withPidsLimit(512L)
        .withMemory(MEMORY);
  }

  CreateContainerCmd of(String image) {
    return docker.client().createContainerCmd(image);
  }

  String started(String id) {
    docker.client().startContainerCmd(id).exec();
    return id;
  }

  /** As {@code docker kill} does. */
  void kill(String id) {
    docker.client().killContainerCmd(id).withSignal("KILL").exec();
    BoundedWait.until("it is dead", SOON, () -> !running(id));
  }

  void stop(String id) {
    docker.client().stopContainerCmd(id).withTimeout(60).exec();
    assertThat(exit(id)).as(() -> log(id)).isIn(0, 143);
  }

  boolean running(String id) {
    return Boolean.TRUE.equals(
        docker.client().inspectContainerCmd(id).exec().getState().getRunning());
  }

  int exit(String id) {
    return docker
        .client()
        .waitContainerCmd(id)
        .exec(new WaitContainerResultCallback())
        .awaitStatusCode(SOON.toSeconds(), TimeUnit.SECONDS);
  }

  /** As the machine sees it. */
  long process(String id) {
    return requireNonNull(docker.client().inspectContainerCmd(id).exec().getState().getPidLong());
  }

  /** The lines that a program of an image prints. */
  List<String> said(String image, String... command) {
    var id = of(image).withHostConfig(confined()).withEntrypoint(command).exec().getId();
    return ended(id).lines().filter(line -> !line.isBlank()).toList();
  }

  /** Starts it, waits for a good end, and gives what it printed. */
  String ended(String id) {
    int exit = exit(started(id));
    assertThat(exit).as(() -> log(id)).isZero();
    return log(id);
  }

  /** As {@code docker exec} does; both outputs. */
  String exec(String id, String... command) {
    var made =
        docker
            .client()
            .execCreateCmd(id)
            .withCmd(command)
            .withAttachStdout(true)
            .withAttachStderr(true)
            .exec();
    return collected(text -> docker.client().execStartCmd(made.getId()).exec(text));
  }

  String log(String id) {
    return collected(
        text -> docker.client().logContainerCmd(id).withStdOut(true).withStdErr(true).exec(text));
  }

  /** What the kernel says of the process. */
  void assertConfined(String id, int user) throws IOException {
    try (var lines = Files.lines(Path.of("/proc", Long.toString(process(id)), "status"))) {
      var status =
          lines
              .map(line -> line.split(":\\s*", 2))
              .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (a, _) -> a));
      assertThat(status.get("Uid")).startsWith(user + "\t" + user);
      assertThat(status.get("NoNewPrivs")).isEqualTo("1");
      assertThat(status.get("CapEff")).matches("0+");
      assertThat(status.get("CapBnd")).matches("0+");
    }
  }

  /** The image's own health check, run as the daemon would. */
  void assertHealthy(String id) {
    BoundedWait.until("the daemon finds it healthy", SOON, () -> health(id).equals("healthy"));
  }

  /** But for the places of its mounts. */
  void assertNothingWritten(String id) {
    var changes = docker.client().containerDiffCmd(id).exec();
    var mounts = requireNonNull(docker.client().inspectContainerCmd(id).exec().getMounts());
    if (changes != null) {
      assertThat(changes)
          .extracting(change -> change.getPath())
          .allSatisfy(path ->
              assertThat(mounts)
                  .extracting(mount -> requireNonNull(mount.getDestination()).getPath())
                  .anyMatch(place -> place.startsWith(path)));
    }
  }

  private String health(String id) {
    var health = docker.client().inspectContainerCmd(id).exec().getState().getHealth();
    return health == null ? "none" : String.valueOf(health.getStatus());
  }

  /** Who prints something to a callback. */
  private interface Printing {
    Text by(Text text);
  }

  private static final class Text extends ResultCallback.Adapter<Frame> {
    private final StringBuilder all = new StringBuilder();

    @Override
    public void onNext(Frame frame) {
      all.append(new String(frame.getPayload(), StandardCharsets.UTF_8));
    }
  }

  private static String collected(Printing printing) {
    var text = printing.by(new Text());
    try {
      text.awaitCompletion(SOON.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return text.all.toString();
  }

  /** Environment as the daemon wants it. */
  static List<String> lines(Map<String, String> environment) {
    return environment.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
  }
}
