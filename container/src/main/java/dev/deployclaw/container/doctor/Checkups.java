package dev.deployclaw.container.doctor;

import dev.deployclaw.audit.StreamHealth;
import dev.deployclaw.container.config.Config;
import dev.deployclaw.container.config.DockerConfig;
import dev.deployclaw.container.model.Models;
import dev.deployclaw.container.wiring.Agent;
import dev.deployclaw.core.runtime.Ahead;
import dev.deployclaw.core.runtime.Architect;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.executors.etcd.EtcdHealth;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is examined, in the order in which it is told. */
public final class Checkups {
  private static final String SOCKET = "unix://";

  private Checkups() {}

  /** All that the agent depends on. */
  public static Doctor of(Config config, Agent agent) {
    var ports = agent.ports();
    var looks = new Looks(ports.executors());
    var etcd = Agent.stateSettings(config);
    var nats = Agent.streamSettings(config);
    var cluster = new Cluster(looks, config.gate().stepFactor());
    var all = new ArrayList<Checkup>();
    all.add(new Checkup("state folder", () -> StateFolder.examine(config.stateDir())));
    all.add(new Checkup("etcd", () -> Stores.state(ports.state(), EtcdHealth.of(etcd))));
    all.add(new Checkup("s3", () -> Stores.objects(ports.objects())));
    all.add(new Checkup("nats", () -> StreamLook.examine(StreamHealth.of(nats), config.nats())));
    all.add(new Checkup("log", () -> Stores.log(StreamHealth.copy(config.stateDir(), nats))));
    all.add(new Checkup("redis", cluster::examine));
    all.add(new Checkup("ratelimit", () -> Services.examine(looks)));
    all.add(look(looks, "gateway", "topology"));
    all.add(look(looks, "configuration", "scan"));
    all.add(look(looks, "sources", "read"));
    all.add(look(looks, "docker", "inspect"));
    all.add(look(looks, "kubernetes", "inspect"));
    all.add(new Checkup("kubernetes", () -> ClusterAccess.examine(looks)));
    all.add(new Checkup("plugins", () -> PluginLook.examine(config.plugins(), agent.plugins())));
    all.add(new Checkup("regression", () -> regression(agent.architect())));
    config
        .model()
        .ifPresent(m -> all.add(new Checkup("model", () -> ModelLook.examine(Models.proposer(m)))));
    all.add(new Checkup("links", () -> LinkProtection.examine(config)));
    all.add(new Checkup("privileges", () -> Privileges.examine(dockerSocket(config))));
    all.add(new Checkup("isolation", Checkups::isolation));
    return new Doctor(all);
  }

  /** What doesn't answer is told of by itself. */
  private static List<Diagnosis> regression(Architect architect) throws InterruptedException {
    try {
      return regression(architect.regressed());
    } catch (Unreachable e) {
      return List.of(Diagnosis.skipped("regression", "can't be told without the state store"));
    }
  }

  /** After a restored backup of the state store nothing is written until a person decided. */
  static List<Diagnosis> regression(List<Ahead> ahead) {
    return ahead.isEmpty()
        ? List.of(Diagnosis.ok("regression", "no back end is ahead of etcd"))
        : ahead.stream()
            .map(a ->
                Diagnosis.error(
                    "regression",
                    "REGRESSED: " + a.text(),
                    "restore the newer etcd, or: deployclaw recover --accept-regression"))
            .toList();
  }

  private static Checkup look(Looks looks, String name, String verb) {
    return new Checkup(name, () -> looks.diagnose(name, verb));
  }

  private static Optional<Path> dockerSocket(Config config) {
    return config
        .docker()
        .map(DockerConfig::host)
        .filter(host -> host.startsWith(SOCKET))
        .map(host -> Path.of(host.substring(SOCKET.length())));
  }

  /** Not a promise that is kept yet, so it is said. */
  private static List<Diagnosis> isolation() {
    return List.of(
        Diagnosis.warning(
            "isolation",
            "planner and executors share one process for now: the allow-lists of operations bind"
                + " them, no wall of the operating system does",
            "give the process only the rights that docs/guide/container.md names"));
  }
}
