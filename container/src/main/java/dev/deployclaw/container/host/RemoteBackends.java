package dev.deployclaw.container.host;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.secret.TextMask;
import dev.deployclaw.container.wiring.BackendSide;
import dev.deployclaw.core.call.ExecutorIsolation;
import dev.deployclaw.core.call.ExecutorIsolation.Violation;
import dev.deployclaw.core.grant.EffectClass;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ForwardingExecutor;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.executors.remote.HostAddress;
import dev.deployclaw.executors.remote.HostConnection;
import dev.deployclaw.executors.remote.HostGreeting;
import dev.deployclaw.executors.remote.RemoteExecutor;
import dev.deployclaw.executors.remote.RemoteObjectStore;
import dev.deployclaw.executors.wire.HostDescription;
import dev.deployclaw.executors.wire.OfferedExecutor;
import dev.deployclaw.executors.wire.ProtocolRevisions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Executors and bucket behind the wall. While the host is away, calls are unavailable. */
public final class RemoteBackends implements BackendSide {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteBackends.class);
  private static final String HOST = "host";

  /**
   * The layer that the agent finds out itself: that it is told what the kernel refuses the host.
   */
  private static final String REFUSALS = "refusals";

  private static final String CHILD =
      "started NGINX to check a file; NGINX made a forbidden system call, and the kernel killed it"
          + " (SIGSYS)";
  private static final Duration LONGEST_START = Duration.ofSeconds(20);

  private final AgentConfig config;
  private final HostKeeper keeper;
  private final HostConnection connection;
  private volatile Optional<Violation> byChild = Optional.empty();

  private RemoteBackends(AgentConfig config, HostKeeper keeper, Path socket, String build) {
    this.config = config;
    this.keeper = keeper;
    this.connection =
        HostConnection.of(new HostAddress(socket, keeper::key, build, ProtocolRevisions.SPOKEN));
  }

  /** Begins to start the executor host of a configuration, unless others start it. */
  public static RemoteBackends start(HostLaunch launch, String build) {
    var config = launch.config();
    var foreign = config.host().socket();
    if (foreign.isPresent()) {
      var keyFile = config.host().keyFile().orElse(foreign.get().resolveSibling("host.key"));
      return new RemoteBackends(config, new ForeignHost(keyFile), foreign.get(), build);
    }
    var supervisor = HostSupervisor.start(launch);
    return of(config, supervisor, launch.files().socket(), build);
  }

  /**
   * Waits for the host, within a bound: the agent goes on without one that doesn't get ready. One
   * that others start isn't awaited.
   */
  public void awaitStart() throws InterruptedException {
    if (keeper instanceof HostSupervisor supervisor) {
      supervisor.awaitFirst(LONGEST_START);
    }
  }

  static RemoteBackends of(AgentConfig config, HostKeeper keeper, Path socket, String build) {
    return new RemoteBackends(config, keeper, socket, build);
  }

  /** Those of the kernel's table: the host's own word adds none. */
  @Override
  public List<BackendExecutor> executors() {
    var table = OperationAllowlist.KERNEL;
    var members = ParticipantMembers.of(config);
    return table.executors().stream()
        .<BackendExecutor>map(name ->
            new ViolationListener(
                new RemoteExecutor(
                    connection,
                    OfferedExecutor.of(name, effects(table.verbs(name))),
                    members.of(name))))
        .toList();
  }

  /** Hears of programs that the host started, and that the kernel ended. */
  private final class ViolationListener extends ForwardingExecutor {
    ViolationListener(BackendExecutor inner) {
      super(inner);
    }

    @Override
    public CallOutcome execute(Invocation call) throws InterruptedException {
      var outcome = super.execute(call);
      if (outcome instanceof CallOutcome.Done done
          && done.reports().stream().anyMatch(MemberReport::violated)) {
        byChild = Optional.of(new Violation(Instant.now(), CHILD));
        LOG.atError()
            .addKeyValue("operation", call.operation())
            .log("A program of the executor host made a forbidden system call");
      }
      return outcome;
    }
  }

  /** The effect of a call follows from its kind; the highest class stands for all here. */
  private static Map<String, EffectClass> effects(Set<String> verbs) {
    return verbs.stream().collect(Collectors.toMap(verb -> verb, _ -> EffectClass.DESTROY));
  }

  @Override
  public ObjectStore objects() {
    String bucket = "s3://" + config.s3().bucket() + "/";
    return new RemoteObjectStore(connection, config.s3().timeout(), name -> bucket + name);
  }

  /** By a handshake, where none was made since the host was started. */
  @Override
  public Optional<ExecutorIsolation> isolation() {
    try {
      return Optional.of(
          switch (connection.greet()) {
            case HostGreeting.Met(var host) -> isolation(host);
            case HostGreeting.Incompatible(String reason) -> unknown(reason);
            case HostGreeting.Unreachable(String reason) -> unknown(reason);
          });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(unknown("the question was interrupted"));
    }
  }

  private ExecutorIsolation isolation(HostDescription host) {
    var others = host.isolation().stream().filter(l -> !l.name().equals(REFUSALS)).toList();
    var wall = WallReport.of(others, keeper.seen());
    var missing = new TreeMap<>(wall.missing());
    if (!HostTextMask.isOfferedBy(host)) {
      missing.put("masking", "its build masks no secret of a back end that a person types");
    }
    var enforced = new ArrayList<>(wall.enforced());
    keeper
        .untold()
        .ifPresentOrElse(why -> missing.put(REFUSALS, why), () -> enforced.add(REFUSALS));
    return new ExecutorIsolation(true, enforced, missing, violations());
  }

  private ExecutorIsolation unknown(String reason) {
    return new ExecutorIsolation(true, List.of(), Map.of(HOST, reason), violations());
  }

  private Map<String, Violation> violations() {
    return Stream.concat(keeper.violation().stream(), byChild.stream())
        .max(Comparator.comparing(Violation::at))
        .map(last -> Map.of(HOST, last))
        .orElse(Map.of());
  }

  @Override
  public TextMask mask() {
    return HostTextMask.by(connection);
  }

  @Override
  public Optional<String> summary() {
    String state = keeper.state().sentence();
    return Optional.of(
        violations().values().stream()
            .filter(last -> !state.contains(last.what()))
            .map(last -> "%s; at %s it %s".formatted(state, last.at(), last.what()))
            .findFirst()
            .orElse(state));
  }

  /** Whether it takes calls, as far as this process sees; one that others start is greeted. */
  public boolean isUp() {
    return keeper.state() instanceof HostState.Up || (config.host().isForeign() && answers());
  }

  private boolean answers() {
    try {
      return connection.greet() instanceof HostGreeting.Met;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void restart() throws InterruptedException {
    keeper.restart(LONGEST_START);
  }

  /** How often this process started it. */
  public int starts() {
    return keeper.starts();
  }

  @Override
  public void close() {
    try (keeper) {
      connection.close();
    }
  }

  /**
   * All members that the configuration gives participants, by the names that executors report.
   * Those of Redis only the cluster knows: a failover changes its primaries.
   */
  private record ParticipantMembers(Map<String, Set<String>> byParticipant) {
    static ParticipantMembers of(AgentConfig config) {
      var gateways = config.routing().stream().map(g -> g.namespace() + "/" + g.name());
      var services =
          config.services().stream()
              .map(s -> s.namespace() + "/" + URI.create(s.url()).getAuthority());
      var stores =
          Stream.concat(
              config.configurationStores().stream().map(s -> s.name()),
              config.kubernetes().stream()
                  .flatMap(k -> k.configurationStores().stream())
                  .map(s -> s.name()));
      return new ParticipantMembers(
          Map.of(
              "etcd", Set.of("etcd"),
              "gateway", named("gateway", gateways),
              "ratelimit", named("ratelimit", services),
              "configuration", named("configuration", stores)));
    }

    private static Set<String> named(String participant, Stream<String> members) {
      return members.map(m -> participant + "/" + m).collect(Collectors.toUnmodifiableSet());
    }

    /** Empty where the configuration doesn't know. */
    Optional<Set<String>> of(String participant) {
      return Optional.ofNullable(byParticipant.get(participant));
    }
  }
}
