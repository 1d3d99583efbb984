package dev.deployclaw.core.fake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.core.invariant.ActivationInvariants;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.language.InterpretedRequest;
import dev.deployclaw.core.language.RequestInterpreter;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.core.procedure.Procedure.OnFailure;
import dev.deployclaw.core.procedure.Procedure.ProcedureStep;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.service.QueryService;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.model.Gateway;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A small estate: everything outside one or more agents, which may come and die. */
public final class FakeEstate {
  public final FakeStateStore store;
  public final FakeObjectStore objects;
  public final FakeJournal journal;
  public final FakeClock time;
  public final FakeSourcesExecutor sources;
  public final FakeProbeExecutor probe;
  public final FakeParticipant redis;
  public final FakeParticipant gateway;
  public final FakeParticipant ratelimit;
  public final ActivationInvariants laws;
  public List<Gateway> gateways =
      List.of(
          new Gateway(
              "one",
              "shop",
              new Gateway.Identity.Host("example.test"),
              List.of(new Gateway.Route("/orders", "orders"))));
  public GatePolicy gate = new GatePolicy(true, false, Duration.ofHours(1), List.of());
  public RequestInterpreter planner =
      (request, _) -> InterpretedRequest.plain(TestRequests.understand(request.text()));
  private final List<FakeJournal> machines = new ArrayList<>();
  private int agents;

  public FakeEstate() {
    store = new FakeStateStore();
    objects = new FakeObjectStore();
    journal = new FakeJournal();
    time = new FakeClock();
    sources = new FakeSourcesExecutor();
    probe = new FakeProbeExecutor();
    redis = new FakeParticipant("redis", store, "a", "b");
    gateway = new FakeParticipant("gateway", store, "one", "two", "three");
    ratelimit = new FakeParticipant("ratelimit", store, "shop");
    laws = new ActivationInvariants(this);
    sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 600));
    sources.put("zenith.yaml", FakeSourcesExecutor.document("zenith", 60));
    begin();
  }

  private FakeEstate(FakeEstate other) {
    store = other.store.copy();
    objects = other.objects.copy();
    journal = other.journal.copy();
    time = other.time.copy();
    sources = other.sources.copy();
    probe = other.probe.copy();
    redis = other.redis.copy(store);
    gateway = other.gateway.copy(store);
    ratelimit = other.ratelimit.copy(store);
    laws = other.laws.copy(this);
    gate = other.gate;
    gateways = other.gateways;
    planner = other.planner;
    agents = other.agents;
    begin();
  }

  private void begin() {
    machines.add(journal);
    store.watch(laws::check);
  }

  /** Another world that stands the same by now; the files of other machines aren't in it. */
  public FakeEstate copy() {
    return new FakeEstate(this);
  }

  public List<FakeParticipant> participants() {
    return List.of(redis, gateway, ratelimit);
  }

  public ChangeService agent() {
    return agent(AgentWire.whole());
  }

  public QueryService queries() {
    return agent().queries();
  }

  /** A new process of the agent. */
  public ChangeService agent(AgentWire wire) {
    return agent(wire, journal);
  }

  /** A process on another machine, which has no file of any log. */
  public ChangeService agentElsewhere() {
    return agent(AgentWire.whole(), new FakeJournal());
  }

  private ChangeService agent(AgentWire wire, FakeJournal journal) {
    return new ChangeService(
        ports(wire, journal.over(wire, objects.over(wire))),
        settings("agent-" + ++agents),
        ProgressListener.NONE);
  }

  /** Another machine, with no file of any log. */
  public FakeJournal machine() {
    var disk = new FakeJournal();
    machines.add(disk);
    return disk;
  }

  /** The files of all machines that last. */
  public List<FakeJournal> journals() {
    return machines;
  }

  /** What an agent on another machine reaches it by, which has no file of any log. */
  public AgentPorts portsElsewhere() {
    return ports(AgentWire.whole(), new FakeJournal().over(AgentWire.whole(), objects));
  }

  /** What an agent reaches this world by. */
  public AgentPorts ports() {
    return ports(AgentWire.whole(), journal.over(AgentWire.whole(), objects));
  }

  private AgentPorts ports(AgentWire wire, Journal journal) {
    return ports(
        new WiredStore(store, wire),
        objects.over(wire),
        e -> new WiredExecutor(e, wire),
        journal,
        time);
  }

  /**
   * What an agent reaches this world by, over lines of its own.
   *
   * @param line how it reaches an executor
   */
  public AgentPorts ports(
      StateStore state,
      ObjectStore bucket,
      UnaryOperator<BackendExecutor> line,
      Journal journal,
      AgentClock clock) {
    var executors =
        Stream.<BackendExecutor>of(
                redis, gateway, ratelimit, probe, sources, new FakePolicyStore(store))
            .map(line)
            .toList();
    return new AgentPorts(
        state,
        bucket,
        ExecutorRegistry.of(executors),
        new FakeRecordSealer(),
        journal,
        (request, names) -> planner.interpret(request, names),
        operation -> operation == TaskOperation.REPAIR_DRIFT ? REPAIR : PROCEDURE,
        clock);
  }

  /** The state store is what it was once; leases aren't in a backup. */
  public void restore(List<Entry> backup) {
    store.restore(backup);
    store.expireLeases();
    laws.restored();
  }

  public RequestOutcome run(String text) throws InterruptedException {
    return agent().run(request(text));
  }

  /** The records of a log, a line each. */
  public String log(String execution) {
    return journal.read(execution).stream()
        .map(record -> new String(record, StandardCharsets.UTF_8))
        .collect(Collectors.joining("\n"));
  }

  /** No law was broken, and nothing is left unfinished. */
  public void assertAtRest() {
    laws.checkAtRest();
    assertThat(laws.broken()).isEmpty();
  }

  public TaskRequest request(String text) {
    return new TaskRequest(text, "olivia", time.instant());
  }

  public Optional<CommittedEpoch> active() {
    return store.get(StoreKeys.ACTIVE).map(e -> CommittedEpoch.read(e.value()));
  }

  public Optional<ChangeExecution> change(String id) {
    return store.get(StoreKeys.change(id)).map(e -> ChangeExecution.read(e.value()));
  }

  /** Every member acts on what this says. */
  public List<String> live() {
    return participants().stream().flatMap(p -> p.live().stream()).distinct().toList();
  }

  public AgentSettings settings(String name) {
    var bounds =
        new AgentSettings.Bounds(
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            Duration.ofSeconds(60),
            Duration.ofSeconds(2),
            Duration.ofMillis(100),
            3,
            AgentSettings.Bounds.REFUSALS);
    return new AgentSettings(name, gate, 10, gateways, "", 500, bounds);
  }

  /** The six steps, with one look for each kind of back end. */
  public static final Procedure PROCEDURE =
      new Procedure(
          "orchestrate",
          "00",
          List.of(
              step("topology", "Looking around", "redis.topology", "gateway.topology"),
              step("scan", "Reading policies", "policies.read", "redis.scan", "policies.compare"),
              step("coherence", "Checking", "redis.latency", "redis.clock", "policies.check"),
              step("checkpoint", "Making the way back", "checkpoint.create"),
              step(
                  "apply",
                  "Applying",
                  "change.stage",
                  "change.prepare",
                  "change.gate",
                  "change.commit",
                  "change.publish",
                  "change.converge"),
              step("validate", "Proving it", "change.validate")));

  /** The steps of a repair. */
  public static final Procedure REPAIR =
      new Procedure(
          "repair",
          "00",
          List.of(
              step("scan", "Looking", "redis.scan", "gateway.scan", "policies.compare"),
              step("keep", "Keeping what is there", "repair.keep"),
              step("assert", "Restoring it", "repair.assert"),
              step("confirm", "Reading it back", "repair.confirm")));

  private static ProcedureStep step(String id, String action, String... operations) {
    return new ProcedureStep(
        id,
        action,
        List.of(operations),
        List.of(),
        List.of(),
        id.equals("checkpoint"),
        OnFailure.ABORT);
  }

  /** The same ports, to other executors. */
  public static AgentPorts withExecutors(AgentPorts ports, ExecutorRegistry executors) {
    return new AgentPorts(
        ports.state(),
        ports.objects(),
        executors,
        ports.sealer(),
        ports.journal(),
        ports.planner(),
        ports.procedures(),
        ports.time(),
        ports.writers(),
        ports.sets());
  }
}
