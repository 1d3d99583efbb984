package dev.deployclaw.core.fake;

import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.machine.Active;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.GatePolicy;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.plan.Procedure;
import dev.deployclaw.core.plan.Procedure.OnFailure;
import dev.deployclaw.core.plan.Procedure.ProcedureStep;
import dev.deployclaw.core.planner.Planner;
import dev.deployclaw.core.planner.Understanding;
import dev.deployclaw.core.runtime.Architect;
import dev.deployclaw.core.runtime.Ended;
import dev.deployclaw.core.runtime.Executors;
import dev.deployclaw.core.runtime.Ports;
import dev.deployclaw.core.runtime.Progress;
import dev.deployclaw.core.runtime.Settings;
import dev.deployclaw.core.runtime.Time;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.model.Gateway;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A small estate: everything outside one or more agents, which may come and die. */
public final class World {
  public final FakeStore store;
  public final FakeObjects objects;
  public final FakeJournal journal;
  public final FakeTime time;
  public final FakeSources sources;
  public final FakeProbe probe;
  public final FakeParticipant redis;
  public final FakeParticipant gateway;
  public final FakeParticipant ratelimit;
  public final Laws laws;
  public List<Gateway> gateways =
      List.of(
          new Gateway(
              "one",
              "shop",
              new Gateway.Identity.Host("example.test"),
              List.of(new Gateway.Route("/orders", "orders"))));
  public GatePolicy gate = new GatePolicy(true, false, Duration.ofHours(1));
  private final List<FakeJournal> machines = new ArrayList<>();
  private int agents;

  public World() {
    store = new FakeStore();
    objects = new FakeObjects();
    journal = new FakeJournal();
    time = new FakeTime();
    sources = new FakeSources();
    probe = new FakeProbe();
    redis = new FakeParticipant("redis", store, "a", "b");
    gateway = new FakeParticipant("gateway", store, "one", "two", "three");
    ratelimit = new FakeParticipant("ratelimit", store, "shop");
    laws = new Laws(this);
    sources.put("acme.yaml", FakeSources.document("acme", 600));
    sources.put("zenith.yaml", FakeSources.document("zenith", 60));
    begin();
  }

  private World(World other) {
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
    agents = other.agents;
    begin();
  }

  private void begin() {
    machines.add(journal);
    store.watch(laws::check);
  }

  /** Another world that stands the same by now; the files of other machines aren't in it. */
  public World copy() {
    return new World(this);
  }

  public List<FakeParticipant> participants() {
    return List.of(redis, gateway, ratelimit);
  }

  public Architect agent() {
    return agent(Wire.whole());
  }

  /** A new process of the agent. */
  public Architect agent(Wire wire) {
    return agent(wire, journal);
  }

  /** A process on another machine, which has no file of any log. */
  public Architect agentElsewhere() {
    return agent(Wire.whole(), new FakeJournal());
  }

  private Architect agent(Wire wire, FakeJournal journal) {
    return new Architect(
        ports(wire, journal.over(wire, objects.over(wire))),
        settings("agent-" + ++agents),
        Progress.NONE);
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
  public Ports portsElsewhere() {
    return ports(Wire.whole(), new FakeJournal().over(Wire.whole(), objects));
  }

  /** What an agent reaches this world by. */
  public Ports ports() {
    return ports(Wire.whole(), journal.over(Wire.whole(), objects));
  }

  private Ports ports(Wire wire, Journal journal) {
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
  public Ports ports(
      StateStore state,
      ObjectStore bucket,
      UnaryOperator<Executor> line,
      Journal journal,
      Time clock) {
    var executors =
        Stream.<Executor>of(redis, gateway, ratelimit, probe, sources, new FakePolicyStore(store))
            .map(line)
            .toList();
    return new Ports(
        state,
        bucket,
        Executors.of(executors),
        new FakeRecorder(),
        journal,
        planner(),
        operation -> operation == Operation.REPAIR_DRIFT ? REPAIR : PROCEDURE,
        clock);
  }

  /** The state store is what it was once; leases aren't in a backup. */
  public void restore(List<Entry> backup) {
    store.restore(backup);
    store.expireLeases();
    laws.restored();
  }

  public Ended run(String text) throws InterruptedException {
    return agent().run(request(text));
  }

  public TaskRequest request(String text) {
    return new TaskRequest(text, "olivia", time.instant());
  }

  public Optional<Active> active() {
    return store.get(Keys.ACTIVE).map(e -> Active.read(e.value()));
  }

  public Optional<Execution> change(String id) {
    return store.get(Keys.change(id)).map(e -> Execution.read(e.value()));
  }

  /** Every member acts on what this says. */
  public List<String> live() {
    return participants().stream().flatMap(p -> p.live().stream()).distinct().toList();
  }

  private static Planner planner() {
    return (request, _) -> Understanding.plain(Requests.understand(request.text()));
  }

  public Settings settings(String name) {
    var bounds =
        new Settings.Bounds(
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            Duration.ofSeconds(60),
            Duration.ofSeconds(2),
            Duration.ofMillis(100),
            3);
    return new Settings(name, gate, 10, gateways, "", 500, bounds);
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
              step("assert", "Putting it back", "repair.assert"),
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
}
