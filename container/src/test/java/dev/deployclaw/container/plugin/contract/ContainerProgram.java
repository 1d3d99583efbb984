package dev.deployclaw.container.plugin.contract;

import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.deployclaw.container.confinement.ConfinedCommand;
import dev.deployclaw.container.host.HostCommand;
import dev.deployclaw.container.plugin.PluginPrograms;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.docker.TestDockerDaemon;
import dev.deployclaw.testkit.process.ExecutableFinder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A plugin in a container: without capabilities, on a read-only root, in the network of the test.
 * Its standard input and output are those of {@code docker run}.
 *
 * @param image that has what runs it
 * @param name of its container, one at a time
 */
record ContainerProgram(
    TestDockerDaemon docker, String image, List<String> words, Mounts mounts, String name)
    implements HostCommand {
  private static final Duration GONE = Duration.ofSeconds(30);

  /**
   * What of this machine it sees.
   *
   * @param folder in which it listens
   */
  record Mounts(Path folder, List<Path> writes, List<Path> reads) {}

  static ContainerProgram of(
      TestDockerDaemon docker, String image, List<String> words, Mounts mounts) {
    return new ContainerProgram(docker, image, words, mounts, "plugin-" + UUID.randomUUID());
  }

  @Override
  public Path socket() {
    return PluginPrograms.socket(mounts.folder());
  }

  /** An earlier start is over before: whoever killed its client left the container. */
  @Override
  public ConfinedCommand prepare() throws IOException {
    BoundedWait.until("the container before is gone", GONE, this::isGone);
    Files.deleteIfExists(socket());
    var folder = mounts.folder();
    var argv =
        new ArrayList<>(List.of(ExecutableFinder.find("docker"), "--host", docker.host(), "run"));
    argv.addAll(List.of("--rm", "--interactive", "--name", name, "--network", "host"));
    argv.addAll(List.of("--read-only", "--cap-drop", "ALL", "--pids-limit", "256"));
    argv.addAll(List.of("--security-opt", "no-new-privileges"));
    argv.addAll(List.of("--user", owner(folder, "unix:uid") + ":" + owner(folder, "unix:gid")));
    surroundings().forEach((key, value) -> argv.addAll(List.of("--env", key + "=" + value)));
    argv.addAll(List.of("--volume", folder + ":" + folder));
    mounts.writes().forEach(path -> argv.addAll(List.of("--volume", path + ":" + path)));
    mounts.reads().forEach(path -> argv.addAll(List.of("--volume", path + ":" + path + ":ro")));
    argv.add(image);
    argv.addAll(words);
    return new ConfinedCommand(argv, List.of());
  }

  private boolean isGone() {
    try {
      docker.client().removeContainerCmd(name).withForce(true).exec();
      return false;
    } catch (NotFoundException e) {
      return true;
    } catch (ConflictException e) { // it is being removed
      return false;
    }
  }

  private static Object owner(Path folder, String attribute) throws IOException {
    return Files.getAttribute(folder, attribute);
  }

  @Override
  public Map<String, String> surroundings() {
    return PluginPrograms.bare(words, mounts.folder()).surroundings();
  }
}
