package dev.deployclaw.container.host;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.AgentConfig.GatewayEntry;
import dev.deployclaw.container.config.DockerConfig;
import dev.deployclaw.container.config.KubernetesConfig;
import dev.deployclaw.container.config.NginxSiteConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.confinement.ConfinementPolicy;
import dev.deployclaw.container.confinement.ConfinementPolicyBuilder;
import dev.deployclaw.container.confinement.ProcessUser;
import dev.deployclaw.container.confinement.SocketFilter;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an executor host may do: no more than the configured back ends need.
 *
 * @param program jars and whatever else the JVM loads
 * @param file the configuration
 */
record HostRights(AgentConfig config, HostFiles files, List<Path> program, Path file) {
  private static final String SOCKET = "unix://";

  /** The gateway's parser is started by it, without the host's capabilities. */
  private static final Path SETPRIV = Path.of("/usr/bin/setpriv");

  /** Ports below need a capability, unless the kernel was told otherwise. */
  private static final int FIRST_FREE_PORT = 1024;

  /**
   * @param self the agent's user
   * @throws SetupException where they would open what is the agent's alone
   */
  ConfinementPolicy policy(int self) throws IOException, SetupException {
    int user = user(self);
    var policy =
        ConfinementPolicy.forJvm(Path.of(System.getProperty("java.home")))
            .reads(readable())
            .writes(writable())
            .executes(programs())
            .connects(array(EndpointPorts.of(config)))
            .binds(array(EndpointPorts.listening(config)));
    if (signals()) {
      policy.signalsOutside();
    }
    if (user != self) {
      policy.user(new ProcessUser(user, user));
    }
    if (self == 0) {
      capabilities(policy, user);
    }
    files.keepPass(Stream.concat(readable().stream(), writable().stream()).toList());
    return policy.build();
  }

  /** What it opens while it serves: Docker's socket, and UDP where a host is known by its name. */
  static SocketFilter sockets(AgentConfig config) {
    return new SocketFilter(
        config.docker().filter(d -> d.host().startsWith("unix:")).isPresent(),
        EndpointPorts.looksUpNames(config));
  }

  /** Another one only where root starts it. */
  int user(int self) {
    return self == 0 ? config.host().user() : self;
  }

  /** As few as the owners of files and processes leave. */
  private void capabilities(ConfinementPolicyBuilder policy, int user) {
    if (user != 0 && signals()) {
      policy.keeps("kill"); // a gateway's master is of another user
    }
    if (EndpointPorts.listening(config).stream().anyMatch(port -> port < FIRST_FREE_PORT)) {
      policy.keeps("net_bind_service");
    }
    var access = new FileAccess(user);
    if (user == 0 || writable().stream().anyMatch(path -> !access.writes(path))) {
      policy.keeps("dac_override");
    } else if (readable().stream().anyMatch(path -> !access.reads(path))) {
      policy.keeps("dac_read_search");
    }
  }

  /** Whether gateways on this machine are told by a signal. */
  private boolean signals() {
    return config.gateways().stream().anyMatch(g -> g.watcher().isEmpty());
  }

  private List<Path> readable() {
    return existing(needed());
  }

  /** What it reads, there or not. */
  List<Path> needed() {
    var all = new ArrayList<>(program);
    all.add(file);
    all.add(files.probeKey());
    all.addAll(config.host().credentials());
    if (config.kubernetes().filter(k -> k.kubeconfig().isEmpty()).isPresent()) {
      all.add(KubernetesConnection.ACCOUNT); // the folder: its token is replaced each hour
    }
    config.policySources().forEach(s -> all.add(s.folder()));
    config.gateways().forEach(g -> all.addAll(seen(g)));
    if (signals()) {
      all.add(Path.of("/proc")); // which processes a gateway has
    }
    return all;
  }

  private static List<Path> seen(GatewayEntry gateway) {
    var all = new ArrayList<Path>(List.of(gateway.binary()));
    all.add(gateway.front().pidFile().resolveSibling(""));
    gateway.watcher().ifPresent(all::add);
    return all;
  }

  private List<Path> writable() {
    var all = new ArrayList<Path>(List.of(files.folder()));
    config.host().socket().map(socket -> socket.resolveSibling("")).ifPresent(all::add);
    all.addAll(files.work());
    config.gateways().forEach(g -> all.add(g.folder()));
    config.policySources().stream()
        .filter(s -> s.writeBack().equals("file"))
        .forEach(s -> all.add(s.folder()));
    config.docker().stream().flatMap(HostRights::docker).forEach(all::add);
    return existing(all);
  }

  private static Stream<Path> docker(DockerConfig docker) {
    var socket =
        docker.host().startsWith(SOCKET)
            ? Stream.of(Path.of(docker.host().substring(SOCKET.length())))
            : Stream.<Path>of();
    return Stream.concat(socket, docker.gateways().stream().flatMap(g -> g.folder().stream()));
  }

  private List<Path> programs() {
    var all = new ArrayList<Path>();
    config.gateways().forEach(g -> all.add(g.binary()));
    if (!all.isEmpty()) {
      all.add(SETPRIV);
    }
    return existing(all);
  }

  private static List<Path> existing(List<Path> paths) {
    return paths.stream().filter(Files::exists).distinct().toList();
  }

  private static int[] array(Set<Integer> ports) {
    return ports.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The TCP ports of all back ends that a configuration names. */
  private static final class EndpointPorts {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    /** Where API servers of Kubernetes listen; the kubeconfig is the host's to read. */
    private static final List<Integer> API_SERVER = List.of(HTTPS, 6443);

    /** No host, any, IPv4, IPv6, and the name that each machine's hosts file has. */
    private static final Pattern KNOWN = Pattern.compile("[0-9.]*|\\*|\\[.*]|localhost");

    private final Set<Integer> ports = new TreeSet<>();
    private boolean names;

    /** Where executors connect to. */
    static Set<Integer> of(AgentConfig config) {
      return all(config).ports;
    }

    /** Also where Redis or a kubeconfig names hosts that this configuration doesn't. */
    static boolean looksUpNames(AgentConfig config) {
      return all(config).names
          || config.kubernetes().isPresent()
          || config.redis().tls().isPresent() // its nodes announce host names then
          || !config.host().ports().isEmpty();
    }

    private static EndpointPorts all(AgentConfig config) {
      var all = new EndpointPorts();
      config.etcd().endpoints().forEach(all::url);
      config.redis().nodes().forEach(all::address);
      all.url(config.s3().endpoint());
      config.services().forEach(s -> all.url(s.url()));
      config.gateways().forEach(g -> all.url(g.url()));
      config.gateways().forEach(g -> all.site(g.front()));
      config.configurationStores().forEach(s -> s.etcd().endpoints().forEach(all::url));
      config.docker().ifPresent(all::docker);
      config.kubernetes().ifPresent(all::kubernetes);
      all.ports.addAll(config.host().ports());
      return all;
    }

    /** Where gateways on this machine listen: their parser opens these ports. */
    static Set<Integer> listening(AgentConfig config) {
      var all = new EndpointPorts();
      config.gateways().forEach(g -> all.address(g.front().listen()));
      return all.ports;
    }

    private void docker(DockerConfig docker) {
      if (!docker.host().startsWith("unix:")) {
        url(docker.host());
      }
      docker.gateways().forEach(g -> url(g.url()));
    }

    private void kubernetes(KubernetesConfig kubernetes) {
      ports.addAll(API_SERVER);
      for (var gateway : kubernetes.gateways()) {
        gateway.url().ifPresentOrElse(this::url, () -> address(gateway.front().listen()));
      }
    }

    private void url(String url) {
      var uri = URI.create(url);
      host(String.valueOf(uri.getHost()));
      int port = uri.getPort();
      ports.add(port > 0 ? port : "https".equals(uri.getScheme()) ? HTTPS : HTTP);
    }

    /** {@code host:port}, or the port alone. */
    private void address(String address) {
      ports.add(Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
      hostOf(address);
    }

    /** NGINX looks up what its file names, when that is checked. */
    private void site(NginxSiteConfig front) {
      hostOf(front.listen());
      front.upstreams().values().forEach(this::hostOf);
      if (!front.service().startsWith("unix:")) {
        hostOf(front.service());
      }
    }

    private void hostOf(String address) {
      host(address.substring(0, Math.max(0, address.lastIndexOf(':'))));
    }

    private void host(String host) {
      names |= !KNOWN.matcher(host).matches();
    }
  }
}
