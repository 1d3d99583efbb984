package dev.deployclaw.container.doctor;

import dev.deployclaw.audit.shipping.StreamStateFiles;
import dev.deployclaw.audit.stream.StreamHealth;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.DockerConfig;
import dev.deployclaw.container.llm.ChatModelFactory;
import dev.deployclaw.container.wiring.AgentRuntime;
import dev.deployclaw.core.service.QueryService;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.executors.etcd.EtcdHealth;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is examined, in the order in which it is told. */
public final class DoctorFactory {
  private static final String SOCKET = "unix://";

  private DoctorFactory() {}

  /** All that the agent depends on. */
  public static Doctor of(AgentConfig config, AgentRuntime agent) {
    var ports = agent.ports();
    var looks = new ExecutorCheck(ports.executors());
    var etcd = AgentRuntime.stateSettings(config);
    var nats = AgentRuntime.streamSettings(config);
    var cluster = new RedisClusterCheck(looks, config.gate().stepFactor());
    var all = new ArrayList<DoctorCheck>();
    all.add(new DoctorCheck("state folder", () -> StateFolderCheck.examine(config.stateDir())));
    all.add(new DoctorCheck("etcd", () -> StorageChecks.state(ports.state(), EtcdHealth.of(etcd))));
    all.add(new DoctorCheck("s3", () -> StorageChecks.objects(ports.objects())));
    all.add(
        new DoctorCheck(
            "nats", () -> NatsStreamCheck.examine(StreamHealth.of(nats), config.nats())));
    config
        .serve()
        .nats()
        .ifPresent(queue ->
            all.add(new DoctorCheck("nats tasks", () -> TaskStreamCheck.examine(nats, queue))));
    all.add(
        new DoctorCheck(
            "log", () -> StorageChecks.log(StreamStateFiles.of(config.stateDir(), nats))));
    all.add(new DoctorCheck("redis", cluster::examine));
    all.add(new DoctorCheck("ratelimit", () -> RateLimitServiceCheck.examine(looks)));
    all.add(look(looks, "gateway", "topology"));
    all.add(look(looks, "configuration", "scan"));
    all.add(look(looks, "sources", "read"));
    all.add(look(looks, "docker", "inspect"));
    all.add(look(looks, "kubernetes", "inspect"));
    all.add(new DoctorCheck("kubernetes", () -> KubernetesAccessCheck.examine(looks)));
    all.add(
        new DoctorCheck("plugins", () -> PluginCheck.examine(config.plugins(), agent.plugins())));
    all.add(new DoctorCheck("regression", () -> regression(agent.changeService().queries())));
    config
        .model()
        .ifPresent(m ->
            all.add(
                new DoctorCheck("model", () -> ModelCheck.examine(ChatModelFactory.proposer(m)))));
    all.add(new DoctorCheck("approvals", () -> ApprovalChannelCheck.examine(config.approvals())));
    config
        .serve()
        .oidc()
        .ifPresent(oidc ->
            all.add(
                new DoctorCheck(
                    "oidc", () -> ProviderCheck.examine(oidc, InstantSource.system()))));
    all.add(new DoctorCheck("links", () -> TransportSecurityCheck.examine(config)));
    all.add(
        new DoctorCheck("privileges", () -> ProcessPrivilegeCheck.examine(dockerSocket(config))));
    all.add(
        new DoctorCheck("isolation", () -> IsolationCheck.examine(ports.executors().isolation())));
    return new Doctor(all);
  }

  /**
   * After a restored backup of the state store nothing is written until a person decided. What
   * doesn't answer is told of by itself.
   */
  private static List<Diagnosis> regression(QueryService queries) throws InterruptedException {
    var found = new DiagnosisCollector("regression");
    try {
      var ahead = queries.regressed();
      if (ahead.isEmpty()) {
        found.ok("no back end is ahead of etcd");
      }
      String remedy = "restore the newer etcd, or: deployclaw recover --accept-regression";
      ahead.forEach(member -> found.error("REGRESSED: " + member.text(), remedy));
    } catch (Unreachable e) {
      found.skipped("can't be checked without the state store");
    }
    return found.all();
  }

  private static DoctorCheck look(ExecutorCheck looks, String name, String verb) {
    return new DoctorCheck(name, () -> looks.diagnose(name, verb));
  }

  private static Optional<Path> dockerSocket(AgentConfig config) {
    return config
        .docker()
        .map(DockerConfig::host)
        .filter(host -> host.startsWith(SOCKET))
        .map(host -> Path.of(host.substring(SOCKET.length())));
  }
}
