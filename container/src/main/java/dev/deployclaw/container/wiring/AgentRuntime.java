package dev.deployclaw.container.wiring;

import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LogCopyVerifier;
import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.llm.ChatModelFactory;
import dev.deployclaw.container.plugin.AdmittedPlugins;
import dev.deployclaw.container.skill.ConfiguredOperatorPolicy;
import dev.deployclaw.container.skill.PinnedProcedureRegistry;
import dev.deployclaw.container.skill.SkillLocations;
import dev.deployclaw.container.skill.SkillResolver;
import dev.deployclaw.container.skill.SkillStepCheck;
import dev.deployclaw.container.telemetry.Telemetry;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.core.gate.GateRule;
import dev.deployclaw.core.grant.GrantIssuer;
import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.grant.GrantVerifier;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.language.RequestInterpreter;
import dev.deployclaw.core.language.interpreter.CheckedInterpreter;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.core.language.interpreter.RememberingInterpreter;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.executors.etcd.EtcdSettings;
import dev.deployclaw.executors.etcd.EtcdStateStore;
import dev.deployclaw.executors.s3.S3ObjectStore;
import dev.deployclaw.executors.sandbox.ExecutorLimits;
import dev.deployclaw.executors.sandbox.ExecutorSandbox;
import dev.deployclaw.policy.wire.ServerLogin;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agent, joined from its parts. Closing it closes them. */
public record AgentRuntime(
    ChangeService changeService,
    FileJournal journal,
    HeadSigner signer,
    AgentPorts ports,
    AgentSettings settings,
    BackendSide backends,
    AdmittedPlugins plugins,
    Telemetry telemetry)
    implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AgentRuntime.class);
  private static final int CALLS_AT_ONCE = 4;

  /** How long the end of a command waits for the stream; what is left is shipped at the next. */
  private static final Duration SHIPPING = Duration.ofSeconds(10);

  /** What can be wrong on this machine is looked at before any back end is. */
  public static AgentRuntime open(AgentConfig config, ProgressListener progress)
      throws SetupException {
    return open(config, local(config), new Use(progress, true));
  }

  /** One that ships nothing, so that it doesn't make the stream either. */
  public static AgentRuntime looking(AgentConfig config) throws SetupException {
    return open(config, local(config), new Use(ProgressListener.NONE, false));
  }

  /**
   * One whose executors are behind the wall.
   *
   * @param config as {@code ConfigRole.AGENT} reads it
   * @param host closed with the agent
   */
  public static AgentRuntime behind(BackendSide host, AgentConfig config) throws SetupException {
    var side = new Side(ProbeKeyFile.publicKey(config.stateDir()), _ -> host);
    return open(config, side, new Use(ProgressListener.NONE, true));
  }

  /**
   * What the agent is opened for.
   *
   * @param ships whether its records go to the stream
   */
  private record Use(ProgressListener progress, boolean ships) {}

  /**
   * Where executors are, before the state store is there.
   *
   * @param probeKey the public half
   */
  private record Side(String probeKey, Function<StateStore, BackendSide> open) {}

  /** What is there before the agent is put together. */
  private record Parts(Side side, PinnedProcedureRegistry skills, AdmittedPlugins plugins) {}

  private static Side local(AgentConfig config) throws SetupException {
    var keys = ProbeKeyFile.open(config.stateDir());
    return new Side(
        keys.publicKey(),
        state -> LocalBackends.around(config, state, keys.privateKey(), bucket(config)));
  }

  private static AgentRuntime open(AgentConfig config, Side side, Use use) throws SetupException {
    var skills =
        new SkillResolver(SkillLocations.of(config), ConfiguredOperatorPolicy.of(config))
            .procedures();
    var plugins = AdmittedPlugins.open(config.plugins(), config.stateDir());
    boolean opened = false;
    try {
      var agent = open(config, new Parts(side, skills, plugins), use);
      opened = true;
      return agent.checked();
    } finally {
      if (!opened) {
        plugins.close();
      }
    }
  }

  private static AgentRuntime open(AgentConfig config, Parts parts, Use use) throws SetupException {
    var side = parts.side();
    var plugins = parts.plugins();
    var signer = signer(config.stateDir());
    var decorations = ServiceLoader.load(PortDecorator.class).stream().map(p -> p.get()).toList();
    StateStore state = new EtcdStateStore(ExecutorFactory.etcd(config.etcd()));
    for (var decoration : decorations) {
      state = decoration.around(state);
    }
    var backends = side.open().apply(state);
    state =
        new TermWatchingStore(
            state,
            () -> {
              backends.restart();
              plugins.restart();
            });
    ObjectStore objects = backends.objects();
    for (var decoration : decorations) {
      objects = decoration.around(objects);
    }
    objects = WriteBehindObjectStore.around(objects, config.stateDir());
    var copies = LogCopyVerifier.of(config.stateDir(), objects, signer);
    var journal =
        use.ships()
            ? FileJournal.open(config.stateDir(), nats(config.nats()), copies)
            : FileJournal.open(config.stateDir(), copies);
    var telemetry = Telemetry.of(config);
    var bare = new ArrayList<>(backends.executors());
    bare.addAll(plugins.executors());
    var executors =
        executors(bare, new ExecutorDecorators(decorations, telemetry), plugins.table())
            .isolatedBy(() -> backends.isolation().map(plugins::isolation));
    var ports =
        new AgentPorts(
            state,
            objects,
            executors,
            new HashChainSealer(SecretRedactor.of(SecretRegistry.known())),
            telemetry.around(journal),
            planner(config),
            parts.skills().performedBy(new SkillStepCheck(executors)::unperformed),
            AgentClock.system());
    var settings = settings(config, side.probeKey());
    var changeService = new ChangeService(ports, settings, use.progress());
    return new AgentRuntime(
        changeService, journal, signer, ports, settings, backends, plugins, telemetry);
  }

  /** The same agent, with another service: one serves one thread. */
  AgentRuntime servedBy(ChangeService changes) {
    return new AgentRuntime(
        changes, journal, signer, ports, settings, backends, plugins, telemetry);
  }

  /** Every step of a skill can be carried out, or it isn't begun. */
  private AgentRuntime checked() throws SetupException {
    try {
      new SkillStepCheck(ports.executors()).check(ports.procedures());
      return this;
    } catch (SetupException e) {
      close();
      throw e;
    }
  }

  /** The rules, and the model beside them where one is configured. */
  private static RequestInterpreter planner(AgentConfig config) {
    var zone = config.timezone();
    var rules = new GrammarInterpreter(zone);
    return config
        .model()
        .<RequestInterpreter>map(
            m -> new CheckedInterpreter(rules, ChatModelFactory.proposer(m), zone))
        .<RequestInterpreter>map(RememberingInterpreter::new)
        .orElse(rules);
  }

  /** The log of one execution, as read back from disk after the stream had its chance. */
  public ExecutionDocument document(String execution) throws InterruptedException {
    var shipping = journal.flush(SHIPPING);
    if (shipping.pending() > 0) {
      LOG.atWarn()
          .addKeyValue("records", shipping.pending())
          .addKeyValue("reason", shipping.reason())
          .log("Records wait for the stream: the next command ships them");
    }
    return ExecutionDocument.of(journal.read(execution), signer);
  }

  /** How the state store is reached. */
  public static EtcdSettings stateSettings(AgentConfig config) {
    return ExecutorFactory.etcd(config.etcd());
  }

  /** How the stream is reached. */
  public static NatsSettings streamSettings(AgentConfig config) {
    return nats(config.nats());
  }

  /** The bucket alone. Closing it is the caller's. */
  public static ObjectStore bucket(AgentConfig config) {
    return new S3ObjectStore(ExecutorFactory.s3(config.s3()));
  }

  /** Closes all of them, the last first, whatever one of them throws. */
  @Override
  public void close() {
    try (var _ = plugins;
        var _ = ports.state();
        var _ = backends;
        var _ = ports.objects();
        var _ = journal;
        var _ = telemetry) {}
  }

  private static HeadSigner signer(Path stateDir) throws SetupException {
    try {
      return HeadSigner.open(stateDir);
    } catch (UncheckedIOException | IllegalStateException e) {
      throw new SetupException(
          e.getMessage() + "; check its permissions, or move it away: a new one is made");
    }
  }

  /** The objects around executors, within their sandboxes and outside. */
  private record ExecutorDecorators(List<PortDecorator> inside, Telemetry outside) {}

  /**
   * What each executor names and the kernel's table knows is what it may do, by grants that only
   * this process can make: no skill and no request adds to it.
   */
  private static ExecutorRegistry executors(
      List<BackendExecutor> bare, ExecutorDecorators rim, OperationAllowlist table) {
    var key = GrantKey.random();
    var clock = GrantIssuer.steady();
    var check = new GrantVerifier(key, clock, table);
    var out = new ArrayList<BackendExecutor>();
    for (var executor : bare) {
      var operations =
          executor.verbs().stream()
              .map(verb -> executor.name() + "." + verb)
              .collect(Collectors.toUnmodifiableSet());
      BackendExecutor wrapped = executor;
      for (var decoration : rim.inside()) {
        wrapped = decoration.around(wrapped);
      }
      var sandbox =
          ExecutorSandbox.around(wrapped, new ExecutorLimits(operations, CALLS_AT_ONCE), check);
      out.add(rim.outside().around(sandbox));
    }
    return ExecutorRegistry.of(out, new GrantIssuer(key, clock));
  }

  private static AgentSettings settings(AgentConfig c, String probeKey) {
    var gate =
        new GatePolicy(
            c.gate().auto(),
            c.gate().approverMustDiffer(),
            c.gate().holdFor(),
            c.gate().rules().stream().map(AgentRuntime::rule).toList());
    var bounds = AgentSettings.Bounds.DEFAULT;
    return new AgentSettings(
        name(),
        gate,
        c.gate().stepFactor(),
        c.routing(),
        probeKey,
        c.probes().requests(),
        new AgentSettings.Bounds(
            c.bounds().lease(),
            bounds.leaderWait(),
            c.bounds().call(),
            c.bounds().converge(),
            bounds.poll(),
            bounds.attempts(),
            c.bounds().refusals()));
  }

  /** Who it is among several: user, machine and process. */
  private static String name() {
    return "%s@%s:%d"
        .formatted(
            System.getProperty("user.name"), MachineName.name(), ProcessHandle.current().pid());
  }

  private static GateRule rule(AgentConfig.GateRule c) {
    var about =
        new GateRule.About(
            c.operations(), c.requesters(), c.tenants(), c.services(), c.mostTenants());
    var says = c.auto() ? GateRule.Says.PASS : GateRule.Says.HOLD;
    return new GateRule(c.name(), about, says, c.approvers());
  }

  private static NatsSettings nats(AgentConfig.Nats c) {
    var login = new ServerLogin(c.username(), c.password().value());
    return new NatsSettings(
        c.url(),
        c.credentialsFile(),
        c.timeout(),
        (long) c.backlogMiB() << 20,
        c.username().isEmpty() ? Optional.empty() : Optional.of(login),
        c.tls());
  }
}
