package dev.deployclaw.testkit.server;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Bind;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.docker.OfficialImage;
import dev.deployclaw.testkit.process.DaemonHandle;
import dev.deployclaw.testkit.process.LaunchSpec;
import dev.deployclaw.testkit.process.ListeningPorts;
import dev.deployclaw.testkit.process.SystemTool;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import org.apache.commons.lang3.function.Failable;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.OutputFrame;
import org.testcontainers.utility.DockerImageName;

/**
 * A server in a container of its official image. It has the network, the process numbers and the
 * folder of the test, so that addresses, paths and pid files of a configuration mean the same as in
 * a process of this machine. It can be restarted until the JVM ends.
 */
final class ContainerDaemon implements DaemonHandle {
  private static final String HOST = "host";
  private static final Duration GONE = Duration.ofSeconds(30);
  private static final int TERM_SECONDS = 5;

  private final LaunchSpec launch;
  private final GenericContainer<?> container;
  private volatile long pid;

  private ContainerDaemon(LaunchSpec launch, GenericContainer<?> container) {
    this.launch = launch;
    this.container = container;
  }

  @SuppressWarnings("resource") // Stopped by close, removed at the end of the JVM.
  static ContainerDaemon start(LaunchSpec launch) {
    Failable.run(() -> Files.createDirectories(launch.folder()));
    var image = OfficialImage.of(launch.command().getFirst());
    var container =
        new GenericContainer<>(DockerImageName.parse(SharedDocker.provide(image)))
            .withImagePullPolicy(_ -> false)
            .withNetworkMode(HOST)
            .withCreateContainerCmdModifier(command -> fill(command, launch, image));
    var daemon = new ContainerDaemon(launch, container);
    container.withLogConsumer(daemon::log).start();
    daemon.pid = daemon.currentPid();
    return daemon;
  }

  private static void fill(CreateContainerCmd command, LaunchSpec launch, OfficialImage image) {
    String files = mounted(launch.folder()).toString();
    var binds = new ArrayList<Bind>(List.of(Bind.parse(files + ":" + files)));
    classPath(launch.command()).forEach(jar -> binds.add(Bind.parse(jar + ":" + jar + ":ro")));
    var host = Objects.requireNonNull(command.getHostConfig());
    host.withPidMode(HOST).withBinds(binds);
    command
        .withEntrypoint(image.path())
        .withCmd(launch.command().subList(1, launch.command().size()))
        .withEnv(launch.environment().entrySet().stream().map(e -> e.toString()).toList())
        .withWorkingDir(launch.folder().toString());
    if (!SystemTool.isRoot()) {
      command.withUser(
          owner(launch.folder(), "unix:uid") + ":" + owner(launch.folder(), "unix:gid"));
    }
  }

  /** Of a program in Java: an image of a JRE has none of its classes. */
  private static List<String> classPath(List<String> command) {
    int option = command.indexOf("-cp");
    return option < 0 ? List.of() : List.of(command.get(option + 1).split(File.pathSeparator, -1));
  }

  /** All files of a test lie in one temporary folder; certificates are beside the server's own. */
  private static Path mounted(Path folder) {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
    return folder.startsWith(temporary) && !folder.equals(temporary)
        ? temporary.resolve(temporary.relativize(folder).getName(0))
        : folder;
  }

  private static Object owner(Path folder, String attribute) {
    return Failable.get(() -> Files.getAttribute(folder, attribute));
  }

  String id() {
    return container.getContainerId();
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public LaunchSpec launch() {
    return launch;
  }

  @Override
  public boolean alive() {
    return Boolean.TRUE.equals(inspect().getRunning());
  }

  @Override
  public boolean paused() {
    return Boolean.TRUE.equals(inspect().getPaused());
  }

  @Override
  public SortedSet<Integer> ports() {
    return alive() ? ListeningPorts.ports(pid) : Collections.emptySortedSet();
  }

  @Override
  public void kill() {
    if (alive()) {
      client().killContainerCmd(id()).exec();
      BoundedWait.until(name() + " (" + pid + ") is gone", GONE, () -> !alive());
    }
  }

  @Override
  public void pause() {
    if (alive() && !paused()) {
      client().pauseContainerCmd(id()).exec();
    }
  }

  @Override
  public void resume() {
    if (paused()) {
      client().unpauseContainerCmd(id()).exec();
    }
  }

  @Override
  public void hangUp() {
    if (alive()) {
      client().killContainerCmd(id()).withSignal("HUP").exec();
    }
  }

  @Override
  public void restart() {
    kill();
    client().startContainerCmd(id()).exec();
    pid = currentPid();
    write(new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
    container.followOutput(this::log);
  }

  /** A container ends with the JVM that started it. */
  @Override
  public void leave() {
    throw new IllegalStateException(name() + " runs in a container, which ends with this JVM");
  }

  @Override
  public void close() {
    resume();
    try {
      client().stopContainerCmd(id()).withTimeout(TERM_SECONDS).exec();
    } catch (NotModifiedException e) {
      // It has ended already.
    }
  }

  private long currentPid() {
    return Objects.requireNonNull(inspect().getPidLong());
  }

  private ContainerState inspect() {
    return client().inspectContainerCmd(id()).exec().getState();
  }

  private DockerClient client() {
    return container.getDockerClient();
  }

  private void log(OutputFrame frame) {
    byte[] bytes = frame.getBytes();
    if (bytes != null) {
      write(bytes, StandardOpenOption.APPEND);
    }
  }

  /** The folder may be gone before the last line comes. */
  private synchronized void write(byte[] bytes, StandardOpenOption how) {
    if (!Files.isDirectory(folder())) {
      return;
    }
    Failable.run(
        () -> Files.write(log(), bytes, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how));
  }
}
