package dev.deployclaw.lab.fault;

import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.testkit.process.DaemonProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Processes of pods, which the lab's Kubernetes starts again by itself unless they are held. */
final class PodProcesses {
  private PodProcesses() {}

  static boolean isOne(String target) {
    return target.startsWith(LocalCluster.PODS + "/");
  }

  /** Lets it stay dead once it is. */
  static void hold(DaemonProcess daemon) {
    try {
      Files.writeString(held(daemon), "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void release(DaemonProcess daemon) {
    try {
      Files.deleteIfExists(held(daemon));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether it was started again, or its pod is gone. */
  static boolean isBack(DaemonProcess daemon) {
    Optional<DaemonProcess> now = DaemonProcess.adopt(daemon.pidFile());
    return !Files.exists(daemon.folder())
        || now.filter(d -> d.alive() && !d.ports().isEmpty()).isPresent();
  }

  private static Path held(DaemonProcess daemon) {
    return daemon.folder().resolve(LocalCluster.HELD);
  }
}
