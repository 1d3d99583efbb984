package dev.deployclaw.container.wiring;

import dev.deployclaw.audit.ChainRecorder;
import dev.deployclaw.audit.ExecutionDocument;
import dev.deployclaw.audit.FileJournal;
import dev.deployclaw.audit.HeadSigner;
import dev.deployclaw.audit.LogCopies;
import dev.deployclaw.audit.NatsSettings;
import dev.deployclaw.audit.Redaction;
import dev.deployclaw.container.config.Config;
import dev.deployclaw.container.config.Secrets;
import dev.deployclaw.container.model.Models;
import dev.deployclaw.container.telemetry.Telemetry;
import dev.deployclaw.core.grant.EffectTable;
import dev.deployclaw.core.grant.GrantCheck;
import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.grant.Grants;
import dev.deployclaw.core.machine.GatePolicy;
import dev.deployclaw.core.machine.GateRule;
import dev.deployclaw.core.planner.ComparedPlanner;
import dev.deployclaw.core.planner.Planner;
import dev.deployclaw.core.planner.RulePlanner;
import dev.deployclaw.core.runtime.Architect;
import dev.deployclaw.core.runtime.Executors;
import dev.deployclaw.core.runtime.Ports;
import dev.deployclaw.core.runtime.Progress;
import dev.deployclaw.core.runtime.Settings;
import dev.deployclaw.core.runtime.Time;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.executors.etcd.EtcdSettings;
import dev.deployclaw.executors.etcd.EtcdStateStore;
import dev.deployclaw.executors.s3.S3ObjectStore;
import dev.deployclaw.executors.sandbox.Limits;
import dev.deployclaw.executors.sandbox.Sandbox;
import dev.deployclaw.policy.wire.ProbeKeys;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agent, joined from its parts. Closing it closes them. */
public record Agent(
    Architect architect,
    FileJournal journal,
    HeadSigner signer,
    Ports ports,
    Settings settings,
    Clusters clusters,
    ServedStores stores,
    Plugins plugins,
    Telemetry telemetry)
    implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
  private static final int CALLS_AT_ONCE = 4;

  /** How long the end of a command waits for the stream; what is left is shipped at the next. */
  private static final Duration SHIPPING = Duration.ofSeconds(10);

  /** What can be wrong on this machine is looked at before any back end is. */
  public static Agent open(Config config, Progress progress) throws Unusable {
    return open(config, progress, true);
  }

  /** One that ships nothing, so that it doesn't make the stream either. */
  public static Agent looking(Config config) throws Unusable {
    return open(config, Progress.NONE, false);
  }

  private static Agent open(Config config, Progress progress, boolean ships) throws Unusable {
    var skills = new SkillShelf(SkillPlaces.of(config), Admitted.of(config)).playbook();
    var plugins = Plugins.open(config.plugins(), config.stateDir());
    var keys = ProbeKeyFile.open(config.stateDir());
    var signer = signer(config.stateDir());
    var decorations = ServiceLoader.load(Decoration.class).stream().map(p -> p.get()).toList();
    StateStore state = new EtcdStateStore(BackEnds.etcd(config.etcd()));
    ObjectStore objects = bucket(config);
    for (var decoration : decorations) {
      state = decoration.around(state);
      objects = decoration.around(objects);
    }
    objects = LateObjects.around(objects, config.stateDir());
    var copies = LogCopies.of(config.stateDir(), objects, signer);
    var journal =
        ships
            ? FileJournal.open(config.stateDir(), nats(config.nats()), copies)
            : FileJournal.open(config.stateDir(), copies);
    var clusters = Clusters.of(config.kubernetes(), BackEnds.patches(config));
    var stores = ServedStores.of(config.configurationStores());
    var telemetry = Telemetry.of(config);
    var bare = new ArrayList<>(BackEnds.executors(config, state, keys, clusters));
    bare.add(stores.executor(clusters.stores()));
    bare.addAll(plugins.executors());
    var executors = executors(bare, new Rim(decorations, telemetry), table(plugins));
    var ports =
        new Ports(
            state,
            objects,
            executors,
            new ChainRecorder(redaction(keys)),
            telemetry.around(journal),
            planner(config),
            skills.performedBy(procedure -> plugins.unperformed(procedure, executors)),
            Time.system());
    var settings = settings(config, keys);
    var architect = new Architect(ports, settings, progress);
    var agent =
        new Agent(
            architect, journal, signer, ports, settings, clusters, stores, plugins, telemetry);
    return agent.checked();
  }

  /** Every step of a skill can be carried out, or it isn't begun. */
  private Agent checked() throws Unusable {
    try {
      plugins.checkSteps(ports.playbook(), ports.executors());
      return this;
    } catch (Unusable e) {
      close();
      throw e;
    }
  }

  /** The rules, and the model beside them where one is configured. */
  private static Planner planner(Config config) {
    var rules = new RulePlanner();
    return config
        .model()
        .<Planner>map(m -> new ComparedPlanner(rules, Models.proposer(m)))
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
  public static EtcdSettings stateSettings(Config config) {
    return BackEnds.etcd(config.etcd());
  }

  /** How the stream is reached. */
  public static NatsSettings streamSettings(Config config) {
    return nats(config.nats());
  }

  /** The bucket alone. Closing it is the caller's. */
  public static ObjectStore bucket(Config config) {
    return new S3ObjectStore(BackEnds.s3(config.s3()));
  }

  /** Closes all of them, the last first, whatever one of them throws. */
  @Override
  public void close() {
    try (var _ = plugins;
        var _ = ports.state();
        var _ = ports.objects();
        var _ = clusters;
        var _ = stores;
        var _ = journal;
        var _ = telemetry) {}
  }

  private static HeadSigner signer(Path stateDir) throws Unusable {
    try {
      return HeadSigner.open(stateDir);
    } catch (UncheckedIOException | IllegalStateException e) {
      throw new Unusable(e.getMessage() + "; check its rights, or move it away: a new one is made");
    }
  }

  /** What stands around executors, within their sandboxes and outside. */
  private record Rim(List<Decoration> inside, Telemetry outside) {}

  /**
   * What each executor names and the kernel's table knows is what it may do, by grants that only
   * this process can make: no skill and no request adds to it.
   */
  private static Executors executors(List<Executor> bare, Rim rim, EffectTable table) {
    var key = GrantKey.random();
    var clock = Grants.steady();
    var check = new GrantCheck(key, clock, table);
    var out = new ArrayList<Executor>();
    for (var executor : bare) {
      var operations =
          executor.verbs().stream()
              .map(verb -> executor.name() + "." + verb)
              .collect(Collectors.toUnmodifiableSet());
      Executor wrapped = executor;
      for (var decoration : rim.inside()) {
        wrapped = decoration.around(wrapped);
      }
      var sandbox = Sandbox.around(wrapped, new Limits(operations, CALLS_AT_ONCE), check);
      out.add(rim.outside().around(sandbox));
    }
    return Executors.of(out, new Grants(key, clock));
  }

  /** The kernel's, and what the operator admits of plugins: looks. */
  private static EffectTable table(Plugins plugins) {
    var table = EffectTable.KERNEL;
    for (var executor : plugins.executors()) {
      table = table.admitting(executor.name(), executor.verbs());
    }
    return table;
  }

  private static Settings settings(Config c, ProbeKeys keys) {
    var gate =
        new GatePolicy(
            c.gate().auto(),
            c.gate().approverMustDiffer(),
            c.gate().holdFor(),
            c.gate().rules().stream().map(Agent::rule).toList());
    var bounds = Settings.Bounds.DEFAULT;
    return new Settings(
        name(),
        gate,
        c.gate().stepFactor(),
        c.routing(),
        keys.publicKey(),
        c.probes().requests(),
        new Settings.Bounds(
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
        .formatted(System.getProperty("user.name"), Machine.name(), ProcessHandle.current().pid());
  }

  private static GateRule rule(Config.GateRule c) {
    var about =
        new GateRule.About(
            c.operations(), c.requesters(), c.tenants(), c.services(), c.mostTenants());
    var says = c.auto() ? GateRule.Says.PASS : GateRule.Says.HOLD;
    return new GateRule(c.name(), about, says, c.approvers());
  }

  private static NatsSettings nats(Config.Nats c) {
    var login = new NatsSettings.Login(c.username(), c.password().value());
    return new NatsSettings(
        c.url(),
        c.credentialsFile(),
        c.timeout(),
        (long) c.backlogMiB() << 20,
        c.username().isEmpty() ? Optional.empty() : Optional.of(login),
        c.tls());
  }

  private static Redaction redaction(ProbeKeys keys) {
    var secrets = Stream.concat(Secrets.known().stream(), Stream.of(keys.privateKey()));
    return Redaction.of(secrets.toList());
  }
}
