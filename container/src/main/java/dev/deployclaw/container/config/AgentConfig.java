package dev.deployclaw.container.config;

import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.policy.model.Gateway;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All that the agent is told about its estate. Paths are absolute: relative ones were resolved
 * against the file's folder.
 *
 * @param folder of the file
 * @param home of the user who runs the agent, where the environment names one
 * @param stateDir where executions' logs and keys are kept
 * @param skillsDir skill folders that win over the packaged ones
 * @param timezone of times in requests that name none
 * @param redact further values that must never reach a log
 * @param accessLogs of gateways, for the impact of a change on recent requests
 */
public record AgentConfig(
    Path folder,
    Optional<Path> home,
    Path stateDir,
    Optional<Path> skillsDir,
    Etcd etcd,
    Redis redis,
    S3 s3,
    Nats nats,
    List<Service> services,
    List<GatewayEntry> gateways,
    List<ConfigurationStore> configurationStores,
    List<Source> policySources,
    Optional<DockerConfig> docker,
    Optional<KubernetesConfig> kubernetes,
    Gate gate,
    Probes probes,
    Bounds bounds,
    List<SecretValue> redact,
    ServerConfig serve,
    MonitoringConfig watch,
    List<NotificationSinkConfig> sinks,
    List<ApprovalChannelConfig> approvals,
    Optional<ModelConfig> model,
    List<PluginConfig> plugins,
    Optional<TelemetryConfig> telemetry,
    ZoneId timezone,
    HostConfig host,
    List<AccessLogConfig> accessLogs) {

  /** What all gateways route, whatever they run in: part of each policy set. */
  public List<Gateway> routing() {
    return routing(gateways, docker, kubernetes);
  }

  /** The same of some gateways. */
  public static List<Gateway> routing(
      List<GatewayEntry> gateways,
      Optional<DockerConfig> docker,
      Optional<KubernetesConfig> kubernetes) {
    return Stream.of(
            gateways.stream().map(GatewayEntry::gateway),
            docker.stream().flatMap(d -> d.gateways().stream()).map(c -> c.gateway()),
            kubernetes.stream().flatMap(k -> k.gateways().stream()).map(d -> d.gateway()))
        .flatMap(all -> all)
        .toList();
  }

  /** The state store. All keys stand below {@code prefix}, which ends with a slash. */
  public record Etcd(
      List<String> endpoints,
      String prefix,
      String username,
      SecretValue password,
      TlsSettings tls,
      Duration timeout) {}

  /**
   * Any nodes of the cluster, as {@code host:port}; the others are found.
   *
   * @param tls of every connection; empty where none is encrypted
   */
  public record Redis(
      List<String> nodes,
      String username,
      SecretValue password,
      Duration timeout,
      Optional<TlsSettings> tls) {}

  /** The bucket for checkpoints. */
  public record S3(
      String endpoint,
      String region,
      String bucket,
      SecretValue accessKey,
      SecretValue secretKey,
      Duration timeout,
      TlsSettings tls) {}

  /**
   * The stream for thoughts.
   *
   * @param backlogMiB of log that may wait for it before new changes are refused
   * @param monitors URLs under which its servers tell how they are configured
   */
  public record Nats(
      String url,
      Optional<Path> credentialsFile,
      String username,
      SecretValue password,
      TlsSettings tls,
      Duration timeout,
      int backlogMiB,
      List<String> monitors) {
    public Nats {
      monitors = List.copyOf(monitors);
    }

    /** Whether its URL says as whom. */
    public boolean hasLogin() {
      return url.matches("[a-z]+://[^/]+@.*");
    }
  }

  /**
   * A rate limit service.
   *
   * @param token that it wants shown; {@link SecretValue#NONE} for none
   */
  public record Service(String namespace, String url, SecretValue token, TlsSettings tls) {}

  /**
   * A file gateway.
   *
   * @param folder holds {@code epochs/<E>/nginx.conf} and the link {@code live}
   * @param url how the agent reaches it
   * @param watcher where the gateway's own watcher reports; without it the agent sees and signals
   *     NGINX itself
   */
  public record GatewayEntry(
      Gateway gateway,
      Path folder,
      Path binary,
      String url,
      NginxSiteConfig front,
      Optional<Path> watcher) {}

  /**
   * An etcd prefix from which services read limits themselves.
   *
   * @param name as the log shows it
   */
  public record ConfigurationStore(String name, Etcd etcd) {}

  /**
   * A folder of policy documents, and which tenants it may define.
   *
   * @param tenants names, or {@code *} for any
   * @param writeBack {@code none}, {@code file} or {@code patch-file}
   */
  public record Source(Path folder, String namespace, List<String> tenants, String writeBack) {}

  /**
   * When a change goes on by itself.
   *
   * @param auto whether a change without risk goes on
   * @param stepFactor a limit that grows or shrinks by more than this factor holds
   * @param holdFor how long a held change may wait
   * @param rules what is said of some changes in particular
   */
  public record Gate(
      boolean auto,
      boolean approverMustDiffer,
      int stepFactor,
      Duration holdFor,
      List<GateRule> rules) {}

  /**
   * What is said at the gate of some changes. A pattern is a name, or how names begin and a star;
   * an empty list speaks of all.
   *
   * @param auto whether they go on by themselves; else they are held
   * @param operations by their words
   * @param mostTenants 0 for no bound
   * @param approvers patterns of who may approve them; empty for everybody
   */
  public record GateRule(
      String name,
      boolean auto,
      List<String> operations,
      List<String> requesters,
      List<String> tenants,
      List<String> services,
      int mostTenants,
      List<String> approvers) {

    /** Whether it speaks of every change. */
    public boolean unbounded() {
      return operations.isEmpty()
          && requesters.isEmpty()
          && tenants.isEmpty()
          && services.isEmpty()
          && mostTenants == 0;
    }
  }

  /** How many synthetic requests a validation sends. */
  public record Probes(int requests) {}

  /**
   * How long things may take, and how often.
   *
   * @param lease of the leadership
   * @param call one call of an executor
   * @param converge until every enforcement point acts on a committed epoch
   * @param refusals calls of one execution, refused at the sandbox, until the agent freezes itself
   */
  public record Bounds(Duration lease, Duration call, Duration converge, int refusals) {}
}
