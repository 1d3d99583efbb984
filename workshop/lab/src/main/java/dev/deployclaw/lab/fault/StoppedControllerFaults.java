package dev.deployclaw.lab.fault;

import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.testkit.file.TestFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.lang3.function.Failable;

/** The lab's Kubernetes without its controllers: API server and node go on. */
record StoppedControllerFaults(Path lab) {
  private static final InjectedFault FAULT =
      InjectedFault.of(FaultKind.STOP_CONTROLLERS, "kubernetes");

  List<InjectedFault> current() {
    return Files.exists(mark()) ? List.of(FAULT) : List.of();
  }

  InjectedFault make(String target) throws ImpossibleFaultException {
    if (!LocalCluster.isIn(lab)) {
      throw new ImpossibleFaultException(
          "this lab has no Kubernetes; start one: deployclaw lab up --kubernetes");
    }
    if (!target.equals(FAULT.target())) {
      throw new ImpossibleFaultException("controllers are those of kubernetes, not of " + target);
    }
    TestFiles.write(mark(), "");
    return FAULT;
  }

  List<InjectedFault> heal() {
    return Failable.get(() -> Files.deleteIfExists(mark()) ? List.of(FAULT) : List.of());
  }

  private Path mark() {
    return lab.resolve(LocalCluster.CONTROLLERS_AWAY);
  }
}
