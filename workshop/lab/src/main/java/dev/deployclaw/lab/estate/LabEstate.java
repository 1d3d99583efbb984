package dev.deployclaw.lab.estate;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.lab.fault.FaultInjector;
import dev.deployclaw.testkit.file.TestFiles;
import dev.deployclaw.testkit.process.DaemonProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A real estate on this machine, in one folder: a Redis Cluster, etcd, NATS, an S3 server, a rate
 * limit service for each namespace, upstreams, and gateways. Its processes outlive the process that
 * started them, and are stopped by what is in the folder, even when the start was cut off.
 */
public record LabEstate(Path folder) {
  /** As many gateways as the reference run has. */
  public static final int GATEWAYS = 47;

  public static LabEstate in(Path folder) {
    return new LabEstate(folder.toAbsolutePath().normalize());
  }

  public Path config() {
    return folder.resolve("deployclaw.yaml");
  }

  public List<DaemonProcess> daemons() {
    return DaemonProcess.adoptAll(folder);
  }

  public boolean running() {
    return Files.exists(config()) && daemons().stream().anyMatch(DaemonProcess::alive);
  }

  /**
   * How many gateways there are, and where.
   *
   * @param gateways all of them: in folders or pods, and in containers
   * @param inKubernetes whether those outside of containers are pods of a cluster of the lab's own,
   *     else folders
   * @param inDocker whether one for each namespace, and what is behind all, runs in containers of a
   *     daemon of the lab's own
   */
  public record Size(int gateways, boolean inKubernetes, boolean inDocker) {
    /** One for each namespace, where there are so many. */
    public int inContainers() {
      return inDocker ? Math.min(ReferenceScenario.NAMESPACES.size(), gateways) : 0;
    }

    /** The others; a cluster has one pod at least. */
    public int besideContainers() {
      return Math.max(inKubernetes ? 1 : 0, gateways - inContainers());
    }

    /** Gateways in folders, and nothing in containers. */
    public static Size of(int gateways) {
      return new Size(gateways, false, false);
    }
  }

  /** {@link #up(Size, Consumer)} with gateways in folders. */
  public void up(int gateways, Consumer<String> progress) throws InterruptedException {
    up(Size.of(gateways), progress);
  }

  /**
   * Starts everything and seeds the reference scenario. What was left of an earlier lab in the
   * folder is stopped and removed first. On any failure everything is stopped again.
   *
   * @param progress gets a line for each part that is ready, from several threads
   */
  public void up(Size size, Consumer<String> progress) throws InterruptedException {
    var left = down().left();
    if (left.isPresent()) {
      throw new IllegalStateException("an earlier lab is in the way: " + left.get());
    }
    boolean whole = false;
    try {
      Files.createDirectories(folder);
      var logs = JournalFolder.in(folder.resolveSibling("state")); // this lab's stream has none
      logs.executions().forEach(logs::forgetCursor);
      Files.writeString(config(), new LabStartup(folder, size, progress).run().text());
      whole = true;
    } catch (IOException e) {
      throw new IllegalStateException("the lab did not start: " + e.getMessage(), e);
    } finally {
      if (!whole) {
        down();
      }
    }
  }

  /** What stopping came to: what is left can't be taken back now, with the remedy. */
  public record ShutdownReport(int processes, Optional<String> left) {}

  /**
   * Stops every process that the folder names, by its id, takes back what faults set up outside of
   * them, and removes the folder, unless something is left that only the folder remembers.
   */
  public ShutdownReport down() {
    ServingAgentProcess.end(folder);
    if (LocalCluster.isIn(folder)) {
      // Before its pods, which it would start again.
      LocalCluster.stop(folder);
    }
    DockerEnvironment.stop(folder);
    var daemons = daemons();
    daemons.parallelStream().forEach(DaemonProcess::kill);
    var left = FaultInjector.in(folder).leave();
    if (left.isEmpty()) {
      TestFiles.delete(folder);
    }
    return new ShutdownReport(
        daemons.size(), left.map(why -> why + "; then again: deployclaw lab down"));
  }
}
