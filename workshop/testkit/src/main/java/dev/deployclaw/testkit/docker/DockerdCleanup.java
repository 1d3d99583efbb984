package dev.deployclaw.testkit.docker;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.process.SystemTool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What a Docker daemon leaves that did not stop by itself: processes, mounts, bridges, groups. */
final class DockerdCleanup {
  private static final Path MOUNTS = Path.of("/proc/self/mounts");
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
  private static final Duration GONE = Duration.ofSeconds(20);

  private DockerdCleanup() {}

  static void clear(Path folder, NetworkBridge bridge) {
    kill(folder);
    unmount(folder);
    bridge.delete();
    removeGroups(bridge.name());
  }

  /** A container's shim names the socket below the folder on its command line. */
  private static void kill(Path folder) {
    var shims = ProcessHandle.allProcesses().filter(p -> isShim(p, folder)).toList();
    var all = Stream.concat(shims.stream().flatMap(ProcessHandle::descendants), shims.stream());
    var killed = all.filter(ProcessHandle::destroyForcibly).toList();
    BoundedWait.cameTrue(GONE, () -> killed.stream().noneMatch(ProcessHandle::isAlive));
  }

  private static boolean isShim(ProcessHandle process, Path folder) {
    String command = process.info().commandLine().orElse("");
    return command.contains("containerd-shim") && command.contains(folder + "/");
  }

  private static void unmount(Path folder) {
    for (Path mount : mounts(folder)) {
      SystemTool.run("umount", "-l", mount.toString());
    }
  }

  static List<Path> mounts(Path folder) {
    try (var lines = Files.lines(MOUNTS)) {
      return lines
          .map(line -> Path.of(line.split(" ", 3)[1]))
          .filter(mount -> mount.startsWith(folder))
          .sorted(Comparator.comparingInt(Path::getNameCount).reversed())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void removeGroups(String name) {
    if (!Files.isDirectory(CGROUPS)) {
      return;
    }
    try (var hierarchies = Files.list(CGROUPS)) {
      Stream.concat(Stream.of(CGROUPS), hierarchies)
          .map(h -> h.resolve(name))
          .filter(Files::isDirectory)
          .forEach(DockerdCleanup::removeGroup);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The innermost first; one whose processes don't end stays. */
  private static void removeGroup(Path group) {
    try (var below = Files.walk(group)) {
      var groups = below.filter(Files::isDirectory).sorted(Comparator.reverseOrder()).toList();
      for (Path one : groups) {
        Files.delete(one);
      }
    } catch (IOException e) {
      System.err.println("the control group " + group + " stays: " + e.getMessage());
    }
  }
}
