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
import dev.deployclaw.core.runtime.Architect;
import dev.deployclaw.core.runtime.Ended;
import dev.deployclaw.core.runtime.Executors;
import dev.deployclaw.core.runtime.Ports;
import dev.deployclaw.core.runtime.Progress;
import dev.deployclaw.core.runtime.Settings;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.model.Gateway;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A small estate: everything outside one or more agents, which may come and die. */
public final class World {
  public final FakeStore store = new FakeStore();
  public final FakeObjects objects = new FakeObjects();
  public final FakeJournal journal = new FakeJournal();
  public final FakeTime time = new FakeTime();
  public final FakeSources sources = new FakeSources();
  public final FakeProbe probe = new FakeProbe();
  public final FakeParticipant redis = new FakeParticipant("redis", store, "a", "b");
  public final FakeParticipant gateway =
      new FakeParticipant("gateway", store, "one", "two", "three");
  public final FakeParticipant ratelimit = new FakeParticipant("ratelimit", store, "shop");
  public final Laws laws = new Laws(this);
  public List<Gateway> gateways =
      List.of(
          new Gateway(
              "one",
              "shop",
              new Gateway.Identity.Host("example.test"),
              List.of(new Gateway.Route("/orders", "orders"))));
  public GatePolicy gate = new GatePolicy(true, false, Duration.ofHours(1));
  private int agents;

  public World() {
    sources.put("acme.yaml", FakeSources.document("acme", 600));
    sources.put("zenith.yaml", FakeSources.document("zenith", 60));
    store.watch(laws::check);
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
        ports(wire, journal.over(wire)), settings("agent-" + ++agents), Progress.NONE);
  }

  /** What an agent reaches this world by. */
  public Ports ports() {
    return ports(Wire.whole(), journal);
  }

  private Ports ports(Wire wire, Journal journal) {
    var executors =
        Stream.<Executor>of(redis, gateway, ratelimit, probe, sources, new FakePolicyStore(store))
            .map(e -> new WiredExecutor(e, wire))
            .toList();
    return new Ports(
        new WiredStore(store, wire),
        objects.over(wire),
        Executors.of(executors),
        new FakeRecorder(),
        journal,
        planner(),
        operation -> operation == Operation.REPAIR_DRIFT ? REPAIR : PROCEDURE,
        time);
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
    return (request, _) -> Requests.understand(request.text());
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
