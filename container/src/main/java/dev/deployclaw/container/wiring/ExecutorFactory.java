package dev.deployclaw.container.wiring;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.AgentConfig.GatewayEntry;
import dev.deployclaw.container.config.DockerConfig;
import dev.deployclaw.container.config.DockerConfig.ContainerEntry;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.executors.docker.ContainerGateway;
import dev.deployclaw.executors.docker.ContainerGateway.Reach;
import dev.deployclaw.executors.docker.ContainerGateway.Reload;
import dev.deployclaw.executors.docker.ContainerGateway.Which;
import dev.deployclaw.executors.docker.ContainerGatewayExecutor;
import dev.deployclaw.executors.docker.ContainerGatewaySettings;
import dev.deployclaw.executors.docker.DockerInspectionExecutor;
import dev.deployclaw.executors.docker.DockerSettings;
import dev.deployclaw.executors.etcd.EtcdSettings;
import dev.deployclaw.executors.etcd.policy.PolicyStoreExecutor;
import dev.deployclaw.executors.gateway.FileGateway;
import dev.deployclaw.executors.gateway.FileGatewayExecutor;
import dev.deployclaw.executors.gateway.FileGatewaySettings;
import dev.deployclaw.executors.member.CompositeExecutor;
import dev.deployclaw.executors.member.WriteBackMode;
import dev.deployclaw.executors.probe.ProbeExecutor;
import dev.deployclaw.executors.probe.ProbeSettings;
import dev.deployclaw.executors.ratelimit.RateLimitExecutor;
import dev.deployclaw.executors.ratelimit.RateLimitSettings;
import dev.deployclaw.executors.redis.RedisExecutor;
import dev.deployclaw.executors.redis.activation.FenceAuthority;
import dev.deployclaw.executors.redis.cluster.RedisSettings;
import dev.deployclaw.executors.s3.S3Settings;
import dev.deployclaw.executors.source.FolderSource;
import dev.deployclaw.executors.source.FolderSourceExecutor;
import dev.deployclaw.policy.wire.ServerLogin;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** From the configuration to what each executor is told. */
final class ExecutorFactory {
  private ExecutorFactory() {}

  static EtcdSettings etcd(AgentConfig.Etcd c) {
    return new EtcdSettings(
        c.endpoints(),
        c.prefix(),
        c.timeout(),
        c.username().isEmpty()
            ? Optional.empty()
            : Optional.of(new ServerLogin(c.username(), c.password().value())),
        c.tls());
  }

  static S3Settings s3(AgentConfig.S3 c) {
    return new S3Settings(
        URI.create(c.endpoint()),
        c.region(),
        c.bucket(),
        c.accessKey().value(),
        c.secretKey().value(),
        true,
        c.timeout(),
        c.tls());
  }

  static RedisSettings redis(AgentConfig.Redis c) {
    return new RedisSettings(
        c.nodes(),
        c.timeout(),
        c.password().value().isEmpty()
            ? Optional.empty()
            : Optional.of(new ServerLogin(user(c.username()), c.password().value())),
        c.tls());
  }

  /** A password without a name is that of Redis' user {@code default} (AUTH). */
  private static String user(String configured) {
    return configured.isEmpty() ? "default" : configured;
  }

  static FileGateway gateway(GatewayEntry g) {
    return new FileGateway(
        g.gateway().name(),
        g.gateway().namespace(),
        g.folder(),
        g.binary(),
        g.front().pidFile(),
        URI.create(g.url()),
        g.front().site(),
        g.watcher());
  }

  /** All executors, bare. */
  static List<BackendExecutor> executors(
      AgentConfig c, StateStore state, String probeKey, KubernetesExecutors clusters) {
    var redis = new RedisExecutor(redis(c.redis()), FenceAuthority.of(state));
    return List.of(
        new PolicyStoreExecutor(state),
        redis,
        gateways(c, clusters),
        new RateLimitExecutor(
            RateLimitSettings.of(c.services().stream().map(ExecutorFactory::service).toList()),
            () -> nodes(redis, c.redis().timeout())),
        new ProbeExecutor(ProbeSettings.of(clusters.entrances(entrances(c)), probeKey)),
        sources(c, clusters),
        new DockerInspectionExecutor(c.docker().map(DockerExecutors::daemon)),
        clusters.looks());
  }

  /** One participant, whatever the gateways run in; file gateways speak for none at all. */
  private static BackendExecutor gateways(AgentConfig c, KubernetesExecutors clusters) {
    var files =
        new FileGatewayExecutor(
            FileGatewaySettings.of(
                c.gateways().stream().map(ExecutorFactory::gateway).toList(),
                c.stateDir().resolve("checks")));
    var others = Stream.concat(DockerExecutors.gateways(c).stream(), clusters.gateways()).toList();
    boolean alone = !others.isEmpty() && c.gateways().isEmpty();
    return CompositeExecutor.of(
        Stream.concat(alone ? Stream.of() : Stream.of(files), others.stream()).toList());
  }

  /** One look, wherever policies are kept. */
  private static BackendExecutor sources(AgentConfig c, KubernetesExecutors clusters) {
    var folders =
        new FolderSourceExecutor(
            c.policySources().stream().map(s -> source(s, patches(c))).toList());
    return CompositeExecutor.of(Stream.concat(Stream.of(folders), clusters.sources()).toList());
  }

  private static List<ProbeSettings.Entrance> entrances(AgentConfig c) {
    return Stream.concat(
            c.gateways().stream().map(ExecutorFactory::entrance), DockerExecutors.entrances(c))
        .toList();
  }

  /** Who the configured Redis is, so that a service that asks another one is found. */
  private static Map<String, String> nodes(RedisExecutor redis, Duration deadline)
      throws InterruptedException {
    var look = new ExecutorCall.Look("identity", Map.of());
    var outcome = redis.execute(new Invocation(redis.name(), look, FencingToken.NONE, deadline));
    var ids = new TreeMap<String, String>();
    if (outcome instanceof CallOutcome.Done done
        && done.facts().get("nodes") instanceof Map<?, ?> nodes) {
      nodes.forEach((id, address) -> ids.put(String.valueOf(id), String.valueOf(address)));
    }
    return ids;
  }

  private static RateLimitSettings.Service service(AgentConfig.Service s) {
    var access = new RateLimitSettings.Access(s.token().value(), s.tls());
    return new RateLimitSettings.Service(s.namespace(), URI.create(s.url()), access);
  }

  private static ProbeSettings.Entrance entrance(GatewayEntry g) {
    return new ProbeSettings.Entrance(
        g.gateway().name(), g.gateway().namespace(), URI.create(g.url()), "");
  }

  private static FolderSource source(AgentConfig.Source s, Path patches) {
    var writeBack = writeBack(s.writeBack(), List.of(), patches);
    return new FolderSource(s.folder(), s.namespace(), s.tenants(), writeBack);
  }

  /** Where patches are put for the owner of a source. */
  static Path patches(AgentConfig c) {
    return c.stateDir().resolve("write-back");
  }

  static WriteBackMode writeBack(String word, List<String> takesOver, Path patches) {
    return switch (word) {
      case "none" -> WriteBackMode.NONE;
      case "patch-file" -> new WriteBackMode.Patch(patches);
      default -> new WriteBackMode.Source(takesOver);
    };
  }

  /** From the section {@code docker} to what its executors are told. */
  private static final class DockerExecutors {
    static DockerSettings daemon(DockerConfig c) {
      return new DockerSettings(
          URI.create(c.host()),
          c.tls().map(t -> new DockerSettings.Tls(t.ca(), t.cert(), t.key())),
          c.timeout());
    }

    /** Empty where no gateway runs in a container. */
    static Optional<BackendExecutor> gateways(AgentConfig c) {
      return c.docker()
          .filter(d -> !d.gateways().isEmpty())
          .map(d ->
              new ContainerGatewayExecutor(
                  ContainerGatewaySettings.of(
                      daemon(d), d.gateways().stream().map(DockerExecutors::gateway).toList())));
    }

    /** Where synthetic requests enter. */
    static Stream<ProbeSettings.Entrance> entrances(AgentConfig c) {
      return c.docker().map(DockerConfig::gateways).orElse(List.of()).stream()
          .map(e ->
              new ProbeSettings.Entrance(
                  e.gateway().name(), e.gateway().namespace(), URI.create(e.url()), ""));
    }

    private static ContainerGateway gateway(ContainerEntry e) {
      return new ContainerGateway(
          e.gateway().name(),
          e.gateway().namespace(),
          which(e.which()),
          e.inside(),
          e.folder().<Reach>map(Reach.Mounted::new).orElseGet(Reach.Archive::new),
          e.binary(),
          e.restart() ? Reload.RESTART : Reload.SIGNAL,
          URI.create(e.url()),
          e.front().site());
    }

    private static Which which(DockerConfig.ContainerSelector which) {
      return switch (which) {
        case DockerConfig.ContainerSelector.Named(String name) -> new Which.Named(name);
        case DockerConfig.ContainerSelector.Labelled(String key, String value) ->
            new Which.Labelled(key, value);
      };
    }
  }
}
