package dev.deployclaw.lab.fault;

import dev.deployclaw.lab.cluster.Cluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The lab's Kubernetes without its controllers: API server and node go on. */
final class StoppedControllers {
  private static final Fault FAULT = Fault.of(FaultKind.STOP_CONTROLLERS, "kubernetes");

  private final Path lab;
  private final Path mark;

  StoppedControllers(Path labFolder) {
    this.lab = labFolder;
    this.mark = labFolder.resolve(Cluster.CONTROLLERS_AWAY);
  }

  List<Fault> current() {
    return Files.exists(mark) ? List.of(FAULT) : List.of();
  }

  Fault make(String target) throws Impossible {
    if (!Cluster.isIn(lab)) {
      throw new Impossible("this lab has no Kubernetes; start one: deployclaw lab up --kubernetes");
    }
    if (!target.equals(FAULT.target())) {
      throw new Impossible("controllers are those of kubernetes, not of " + target);
    }
    try {
      Files.createDirectories(mark.resolveSibling(""));
      Files.writeString(mark, "");
      return FAULT;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns what was taken back. */
  List<Fault> heal() {
    try {
      return Files.deleteIfExists(mark) ? List.of(FAULT) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
