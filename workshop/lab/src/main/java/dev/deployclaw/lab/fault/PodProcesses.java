package dev.deployclaw.lab.fault;

import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.testkit.process.DaemonProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.commons.lang3.function.Failable;

/** Processes of pods, which the lab's Kubernetes starts again by itself unless they are held. */
final class PodProcesses {
  private PodProcesses() {}

  static boolean isOne(String target) {
    return target.startsWith(LocalCluster.PODS + "/");
  }

  static void hold(DaemonProcess daemon) {
    Failable.run(() -> Files.writeString(held(daemon), ""));
  }

  static void release(DaemonProcess daemon) {
    Failable.run(() -> Files.deleteIfExists(held(daemon)));
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
