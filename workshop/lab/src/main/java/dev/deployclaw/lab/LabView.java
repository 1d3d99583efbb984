package dev.deployclaw.lab;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.lab.docker.LabContainers;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.lab.estate.ServingAgentProcess;
import dev.deployclaw.lab.fault.FaultInjector;
import dev.deployclaw.lab.fault.FaultTargets;
import dev.deployclaw.lab.fault.HealReport;
import dev.deployclaw.lab.fault.InjectedFault;
import dev.deployclaw.testkit.process.DaemonProcess;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Shows what the commands on a lab came to, for people or as one JSON document. */
record LabView(CommandEnvironment around, boolean json) {
  int up(LabEstate lab, Optional<ServingAgentProcess> agent) {
    if (json) {
      var out = new LinkedHashMap<String, Object>();
      out.put("config", lab.config().toString());
      out.put("processes", lab.daemons().size());
      agent.ifPresent(serving -> out.put("agent", serving.address()));
      around.json(out);
    } else {
      around.out().println("The lab runs; its configuration is " + lab.config());
      agent.ifPresent(serving -> around.out().println(serving.welcome()));
    }
    return ExitCode.OK.code();
  }

  int status(LabEstate lab) {
    var processes = FaultTargets.in(lab.folder()).all();
    var faults = FaultInjector.in(lab.folder()).current();
    if (json) {
      var out = new LinkedHashMap<String, Object>();
      out.put("running", lab.running());
      out.put("config", lab.config().toString());
      out.put("processes", processes(processes));
      deployments(lab).ifPresent(all -> out.put("deployments", all));
      containers(lab).ifPresent(all -> out.put("containers", all));
      out.put("faults", faults.stream().map(InjectedFault::toMap).toList());
      around.json(out);
    } else if (processes.isEmpty()) {
      around.out().println("There is no lab; start one with: deployclaw lab up");
    } else {
      processes.forEach((name, daemon) ->
          around.out().printf("%-24s %-8s pid %d%n", name, condition(daemon), daemon.pid()));
      deployments(lab)
          .orElse(List.of())
          .forEach(d ->
              around
                  .out()
                  .printf(
                      "deployment %s/%s: %s of %s pods ready, %s updated%n",
                      d.namespace(), d.name(), d.ready(), d.replicas(), d.updated()));
      containers(lab)
          .orElse(List.of())
          .forEach(c -> around.out().printf("container %s: %s%n", c.name(), c.state()));
      faults.forEach(fault -> around.out().println("fault: " + fault.text()));
      around
          .out()
          .println(faults.isEmpty() ? "no faults" : "undo all faults with: deployclaw lab heal");
    }
    return ExitCode.OK.code();
  }

  int broken(InjectedFault fault) {
    if (json) {
      around.json(fault.toMap());
    } else {
      around.out().println(fault.text() + ": done; undo it with: deployclaw lab heal");
    }
    return ExitCode.OK.code();
  }

  int healed(HealReport healed) {
    if (json) {
      var out = new LinkedHashMap<String, Object>();
      out.put("whole", healed.denied().isEmpty() && healed.broken().isEmpty());
      out.put("done", healed.done());
      out.put("denied", healed.denied());
      out.put("broken", healed.broken());
      around.json(out);
    } else {
      healed.done().forEach(around.out()::println);
    }
    healed.denied().forEach(this::complain);
    healed.broken().forEach(this::complain);
    if (!healed.denied().isEmpty()) {
      return ExitCode.WRONG_USAGE.code();
    }
    if (!healed.broken().isEmpty()) {
      return ExitCode.FAILED.code();
    }
    if (!json) {
      around.out().println(healed.done().isEmpty() ? "there were no faults" : "the lab is healthy");
    }
    return ExitCode.OK.code();
  }

  int down(int processes) {
    if (json) {
      around.json(Map.of("stopped", processes));
    } else {
      around.out().println("The lab is down; " + processes + " processes were stopped.");
    }
    return ExitCode.OK.code();
  }

  /** Of which the order is that of the document. */
  private record ProcessState(String name, String condition, long pid) {}

  private record DeploymentState(
      String namespace, String name, int replicas, int ready, int updated) {
    static DeploymentState of(JsonNode deployment) {
      return new DeploymentState(
          deployment.at("/metadata/namespace").asText(),
          deployment.at("/metadata/name").asText(),
          deployment.at("/spec/replicas").asInt(),
          deployment.at("/status/readyReplicas").asInt(),
          deployment.at("/status/updatedReplicas").asInt());
    }
  }

  private record ContainerState(String name, String state) {}

  /** Empty where the lab has no Kubernetes, or its API server doesn't answer. */
  private static Optional<List<DeploymentState>> deployments(LabEstate lab) {
    if (!LocalCluster.isIn(lab.folder())) {
      return Optional.empty();
    }
    var cluster = LocalCluster.adopt(lab.folder());
    return cluster.answers()
        ? Optional.of(
            cluster.list("/apis/apps/v1/deployments").stream().map(DeploymentState::of).toList())
        : Optional.empty();
  }

  /** Empty where the lab has no Docker daemon that lives. */
  private static Optional<List<ContainerState>> containers(LabEstate lab) {
    var standing = LabContainers.in(lab.folder()).standing();
    return standing.isEmpty()
        ? Optional.empty()
        : Optional.of(standing.stream().map(c -> new ContainerState(c.name(), c.state())).toList());
  }

  private static List<ProcessState> processes(Map<String, DaemonProcess> named) {
    return named.entrySet().stream()
        .map(e -> new ProcessState(e.getKey(), condition(e.getValue()), e.getValue().pid()))
        .toList();
  }

  private static String condition(DaemonProcess daemon) {
    if (!daemon.alive()) {
      return "dead";
    }
    return daemon.paused() ? "paused" : "runs";
  }

  private void complain(String what) {
    around.err().println("deployclaw: " + what);
  }
}
