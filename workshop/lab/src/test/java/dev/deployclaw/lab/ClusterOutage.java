package dev.deployclaw.lab;

import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.file.TestFiles;
import dev.deployclaw.testkit.process.DaemonProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The lab's API server while it is away, and as its administrator brings it back.
 *
 * @param lab its folder
 */
record ClusterOutage(Path lab) {
  private static final Duration SOON = Duration.ofMinutes(1);

  /** Ends the server now; it is back after so many attempts to reach it were cut off. */
  void lastFor(int attempts) {
    daemon().kill();
    try {
      var port = new ServerSocket();
      port.setReuseAddress(true);
      port.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()));
      Thread.ofVirtual().start(() -> cutOff(port, attempts));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void cutOff(ServerSocket port, int attempts) {
    try (port) {
      for (int i = 0; i < attempts; i++) {
        port.accept().close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    restart();
  }

  /** Copies all objects to a folder. */
  void backUp(Path folder) {
    daemon().kill();
    copy(objects(), folder);
    restart();
  }

  /** Puts the objects of a backup in the place of all others. */
  void restore(Path folder) {
    daemon().kill();
    TestFiles.delete(objects());
    copy(folder, objects());
    restart();
  }

  private void restart() {
    daemon().restart();
    daemon().leave();
    BoundedWait.until("the API server answers", SOON, LocalCluster.adopt(lab)::answers);
  }

  private DaemonProcess daemon() {
    return LocalCluster.adopt(lab).daemons().getFirst();
  }

  private int port() {
    return LocalCluster.adopt(lab).url().getPort();
  }

  private Path objects() {
    return lab.resolve("kubernetes/objects");
  }

  private static void copy(Path from, Path to) {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
