package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.AgentConfig.GatewayEntry;
import dev.deployclaw.container.config.ConfigRole;
import dev.deployclaw.container.config.NginxSiteConfig;
import dev.deployclaw.container.config.reader.HostConfigReader.HostSection;
import dev.deployclaw.container.config.yaml.ConfigProblem;
import dev.deployclaw.container.config.yaml.ConfigSection;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.container.file.FileFault;
import dev.deployclaw.policy.document.BoundedYamlReader;
import dev.deployclaw.policy.document.DocumentNode;
import dev.deployclaw.policy.document.UnreadableDocumentException;
import dev.deployclaw.policy.document.YamlDialect;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.InvalidTokenAction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads {@code deployclaw.yaml}. All problems are reported at once. */
public final class ConfigReader {
  private static final String REMEDY = "give another with --config FILE";

  private final Path folder;
  private final Optional<Path> home;
  private final ConfigRole role;

  /** The agent's own credentials, and those of back ends. */
  private final CredentialFiles own;

  private final CredentialFiles backends;

  private ConfigReader(Path folder, Optional<Path> home, ConfigRole role) {
    this.folder = folder;
    this.home = home;
    this.role = role;
    this.own = new CredentialFiles(folder, role.plans(), new ArrayList<>());
    this.backends = new CredentialFiles(folder, role.actsOnBackends(), new ArrayList<>());
  }

  /** All of it, for a process that does everything. */
  public static AgentConfig read(Path file, Map<String, String> environment)
      throws InvalidConfigException {
    return read(file, environment, ConfigRole.BOTH);
  }

  /** Opens the secrets of that process only; of the others it says that they are configured. */
  public static AgentConfig read(Path file, Map<String, String> environment, ConfigRole role)
      throws InvalidConfigException {
    return parsed(file, text(file, REMEDY), environment, role).config();
  }

  /**
   * What the file comes to, by its own keys: defaults included, the environment's word instead of
   * the file's, secrets as stars. The files that it names for credentials are read, too.
   */
  public static Map<String, Object> effective(Path file, Map<String, String> environment)
      throws InvalidConfigException {
    var parsed = parsed(file, text(file, REMEDY), environment, ConfigRole.BOTH);
    var tokens = parsed.config().serve().tokensFile();
    if (tokens.isPresent()) {
      int _ = BearerTokenFile.read(tokens.get()).size();
    }
    return parsed.effective();
  }

  /**
   * @param remedy what to do where it can't be read
   */
  static String text(Path file, String remedy) throws InvalidConfigException {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new InvalidConfigException(
          file.toString(),
          List.of(new ConfigProblem("", 0, "can't be read: " + FileFault.words(e), remedy)));
    }
  }

  static AgentConfig parse(Path file, String text, Map<String, String> environment)
      throws InvalidConfigException {
    return parsed(file, text, environment, ConfigRole.BOTH).config();
  }

  /** A configuration, and what each of its keys came to. */
  private record Parsed(AgentConfig config, Map<String, Object> effective) {}

  private static Parsed parsed(
      Path file, String text, Map<String, String> environment, ConfigRole role)
      throws InvalidConfigException {
    var reading =
        new ConfigSection.ReadContext(
            OtelEnvironmentVariables.added(environment), new ArrayList<>());
    var fields = new ConfigSection("", compose(file, text), reading);
    var reader =
        new ConfigReader(
            file.toAbsolutePath().normalize().resolveSibling(""), home(environment), role);
    var config = reader.config(fields);
    if (!reading.problems().isEmpty()) {
      throw new InvalidConfigException(file.toString(), reading.problems());
    }
    return new Parsed(config, fields.effective());
  }

  /** Of the user who runs the agent, as the environment has it. */
  public static Optional<Path> home(Map<String, String> environment) {
    return Optional.ofNullable(environment.get("HOME"))
        .filter(h -> h.startsWith("/"))
        .map(Path::of);
  }

  static @Nullable DocumentNode compose(Path file, String text) throws InvalidConfigException {
    try {
      return BoundedYamlReader.read(text, YamlDialect.FOREIGN).orElse(null);
    } catch (UnreadableDocumentException e) {
      var problem =
          new ConfigProblem("", e.line(), "is not YAML: " + e.what(), "correct this line");
      throw new InvalidConfigException(file.toString(), List.of(problem));
    }
  }

  private AgentConfig config(ConfigSection f) {
    var stores = new BackendConfigReader(backends);
    var redis = stores.redis(f.section("redis"));
    var s3 = stores.s3(f.section("s3"));
    var services = services(f);
    var etcd = f.section("etcd");
    String prefix = EtcdConfigReader.prefix(etcd);
    var configurationStores = stores(f, new EtcdConfigReader(backends), prefix);
    var docker = new DockerConfigReader(backends).read(f.section("docker"));
    var kubernetes = new KubernetesConfigReader(backends).read(f.section("kubernetes"));
    var host = new HostConfigReader(backends).read(f.section("host"));
    var gateways = f.each("gateways", this::gateway);
    var routing = AgentConfig.routing(gateways, docker, kubernetes);
    var config =
        new AgentConfig(
            folder,
            home,
            path(f.text("stateDir", ".deployclaw/state")),
            f.optional("skillsDir").map(this::path),
            state(etcd, host),
            redis,
            s3,
            new BackendConfigReader(own).nats(f.section("nats")),
            services,
            gateways,
            configurationStores,
            sources(f),
            docker,
            kubernetes,
            GateConfigReader.read(f.section("gate")),
            probes(f.section("probes")),
            bounds(f.section("bounds")),
            f.secrets("redact"),
            new ServerConfigReader(own).read(f.section("serve")),
            MonitoringConfigReader.watch(f.section("watch")),
            new MonitoringConfigReader(own::content).sinks(planned(f, "notify")),
            new ApprovalConfigReader(own).read(planned(f, "approvals")),
            new ModelConfigReader(own::content).read(planned(f, "model")),
            new PluginConfigReader(this::path).read(f),
            new TelemetryConfigReader(own::content).read(planned(f, "telemetry")),
            timezone(f),
            host.host().holding(backends.noted()),
            new AccessLogConfigReader(this::path).read(f, gateways, routing));
    f.renamed("dockerHost", "docker.host");
    f.renamed("kubeconfig", "kubernetes.kubeconfig");
    f.done();
    if (!config.routing().isEmpty() && config.services().isEmpty()) {
      f.problem(
          "rateLimitServices",
          0,
          "needs at least one entry, since gateways ask a service",
          "add the service beside each gateway");
    }
    unique(f, config);
    uniqueStores(f, config);
    return config;
  }

  private static ZoneId timezone(ConfigSection f) {
    String zone = f.text("timezone", "UTC");
    try {
      return ZoneId.of(zone);
    } catch (DateTimeException e) {
      f.wrong("timezone", "no time zone: " + zone, "write a region, such as Europe/Berlin");
      return ZoneOffset.UTC;
    }
  }

  /** The state store, by the user of the process that asks it. */
  private AgentConfig.Etcd state(ConfigSection f, HostSection host) {
    boolean asHost = role == ConfigRole.HOST;
    var notes = host.hasLogin() ? own.noted() : backends.noted();
    var files = new CredentialFiles(folder, !asHost || !host.hasLogin(), notes);
    var etcd = new EtcdConfigReader(files).read(f);
    var tls = host.login().apply(etcd).tls();
    tls.authorities().ifPresent(backends.noted()::add);
    tls.identity().ifPresent(i -> backends.noted().addAll(List.of(i.certificate(), i.key())));
    return asHost ? host.login().apply(etcd) : etcd;
  }

  /** The root where the agent reads a part of it; for the host, one in which it is empty. */
  private ConfigSection planned(ConfigSection root, String part) {
    return role.plans() ? root : root.without(part);
  }

  /** All gateways stand in one policy set, by name. */
  private static void unique(ConfigSection f, AgentConfig config) {
    var names = new HashSet<String>();
    for (var gateway : config.routing()) {
      if (!names.add(gateway.name())) {
        f.problem("gateways", 0, "two are named " + gateway.name(), "give each a name of its own");
      }
    }
  }

  /** Stores in etcd and in Kubernetes are members of one participant, by name. */
  private static void uniqueStores(ConfigSection f, AgentConfig config) {
    var names = new HashSet<String>();
    config.configurationStores().forEach(s -> names.add(s.name()));
    config.kubernetes().stream()
        .flatMap(k -> k.configurationStores().stream())
        .filter(s -> names.contains(s.name()))
        .forEach(s ->
            f.problem(
                "configurationStores",
                0,
                "two are named " + s.name(),
                "give each a name of its own"));
  }

  private List<AgentConfig.Service> services(ConfigSection root) {
    return root.each(
        "rateLimitServices",
        f -> {
          String url = f.url("url");
          var tls =
              new TlsConfigReader(backends).read(f.section("tls"), url.startsWith("https://"));
          var token = backends.secret(f, "token");
          return Optional.of(new AgentConfig.Service(f.required("namespace"), url, token, tls));
        });
  }

  private Optional<GatewayEntry> gateway(ConfigSection f) {
    String name = f.required("name");
    String namespace = f.required("namespace");
    var identity = identity(f.section("identity"));
    var routes = routes(f);
    String folder = f.required("folder");
    var binary = path(f.text("binary", "/usr/sbin/nginx"));
    var pidFile = path(f.required("pidFile"));
    var accessLog = path(f.required("accessLog"));
    String listen = f.required("listen");
    String url = f.url("url");
    var watcher = f.optional("watcher").map(this::path);
    var front =
        new NginxSiteConfig(
            listen,
            NginxSiteConfig.service(f),
            f.textMap("upstreams"),
            pidFile,
            accessLog,
            List.of(),
            NginxSiteConfig.edge(f),
            f.flag("foreground", false));
    return f.make(() -> {
      var _ = front.site(); // refuses what can't stand in a gateway's file
      var gateway = new Gateway(name, namespace, identity, routes);
      return new GatewayEntry(gateway, path(folder), binary, url, front, watcher);
    });
  }

  static Gateway.Identity identity(ConfigSection f) {
    var host = f.optional("host").<Gateway.Identity>map(Gateway.Identity.Host::new);
    var header = f.optional("header").<Gateway.Identity>map(Gateway.Identity.Header::new);
    var claim = f.optional("claim").flatMap(name -> claim(f, name));
    f.done();
    var given = Stream.of(host, header, claim).flatMap(Optional::stream).toList();
    if (given.size() != 1) {
      f.problem(
          "", 0, "needs exactly one of host, header and claim", "write for example host: api.test");
    }
    return given.isEmpty() ? new Gateway.Identity.Host("") : given.getFirst();
  }

  private static Optional<Gateway.Identity> claim(ConfigSection f, String name) {
    String issuer = f.required("issuer");
    String audience = f.required("audience");
    var words = Arrays.stream(InvalidTokenAction.values()).map(InvalidTokenAction::word).toList();
    var unproven =
        InvalidTokenAction.ofWord(f.choice("unproven", InvalidTokenAction.REFUSE.word(), words));
    return f.make(() ->
        new Gateway.Identity.Claim(
            name, issuer, audience, unproven.orElse(InvalidTokenAction.REFUSE)));
  }

  static List<Gateway.Route> routes(ConfigSection gateway) {
    return gateway.each(
        "routes",
        f -> {
          String prefix = f.required("prefix");
          String service = f.required("service");
          return f.make(() -> new Gateway.Route(prefix, service));
        });
  }

  /** Two stores at one place would write over each other, as one below the agent's own would. */
  private static List<AgentConfig.ConfigurationStore> stores(
      ConfigSection root, EtcdConfigReader etcds, String own) {
    var out = new ArrayList<AgentConfig.ConfigurationStore>();
    for (var f : root.sections("configurationStores")) {
      String name = f.required("name");
      String prefix = f.required("prefix");
      var store = new AgentConfig.ConfigurationStore(name, etcds.read(f));
      boolean taken = out.stream().anyMatch(s -> s.name().equals(name) || overlap(s, store));
      if (taken) {
        f.problem("name", 0, "names a store or a prefix twice", "give each its own");
      }
      if (!prefix.isEmpty()
          && (store.etcd().prefix().startsWith(own) || own.startsWith(store.etcd().prefix()))) {
        f.problem("prefix", 0, "overlaps the agent's own keys", "choose one outside " + own);
      }
      out.add(store);
    }
    return out;
  }

  private static boolean overlap(
      AgentConfig.ConfigurationStore a, AgentConfig.ConfigurationStore b) {
    String one = a.etcd().prefix();
    String two = b.etcd().prefix();
    return a.etcd().endpoints().equals(b.etcd().endpoints())
        && (one.startsWith(two) || two.startsWith(one));
  }

  private List<AgentConfig.Source> sources(ConfigSection root) {
    return root.each(
        "policySources",
        f -> {
          var tenants = f.texts("tenants");
          return Optional.of(
              new AgentConfig.Source(
                  path(f.required("folder")),
                  f.required("namespace"),
                  tenants.isEmpty() ? List.of("*") : tenants,
                  f.choice("writeBack", "none", List.of("none", "file", "patch-file"))));
        });
  }

  private static AgentConfig.Probes probes(ConfigSection f) {
    var probes = new AgentConfig.Probes(f.whole("requests", 500, 10, 100_000));
    f.done();
    return probes;
  }

  private static AgentConfig.Bounds bounds(ConfigSection f) {
    var bounds =
        new AgentConfig.Bounds(
            f.duration("lease", Duration.ofSeconds(10)),
            f.duration("call", Duration.ofSeconds(60)),
            f.duration("converge", Duration.ofSeconds(60)),
            f.whole("refusals", 3, 1, 20));
    f.done();
    return bounds;
  }

  private Path path(String written) {
    return folder.resolve(written).normalize();
  }
}
