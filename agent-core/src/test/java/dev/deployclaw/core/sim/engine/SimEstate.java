package dev.deployclaw.core.sim.engine;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeJournal;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.PolicySet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** One simulated world, the machines in it, and the processes that were started there. */
public final class SimEstate {
  private static final AgentSettings.Bounds BOUNDS =
      new AgentSettings.Bounds(
          Duration.ofSeconds(10),
          Duration.ofSeconds(40),
          Duration.ofSeconds(5),
          Duration.ofSeconds(20),
          Duration.ofSeconds(1),
          3,
          AgentSettings.Bounds.REFUSALS);

  /** Longer than any lease and any way, in microseconds. */
  private static final long SETTLED = 12_000_000;

  private final Simulation sim;
  private final FakeEstate world;
  private final BugInjector defect;
  private final FakeJournal elsewhere;
  private final List<Life> processes = new ArrayList<>();
  private final List<Runnable> held = new ArrayList<>();
  private final List<String> thrown = new ArrayList<>();
  private final Map<String, Object> memory = new TreeMap<>();

  public SimEstate(long seed, BugInjector defect, EventTrace trace) {
    this(new Simulation(seed, 0, trace), new FakeEstate(), defect);
    defect.breakWorld(world);
  }

  private SimEstate(Simulation sim, FakeEstate world, BugInjector defect) {
    this.sim = sim;
    this.world = world;
    this.defect = defect;
    this.elsewhere = world.machine();
    var _ = world.objects.keeping();
  }

  /** A world at rest, from which any number of estates can begin. */
  public record Image(FakeEstate world, Map<String, Object> memory, long now, List<String> thrown) {
    public SimEstate begin(long seed, BugInjector defect, EventTrace trace) {
      var estate = new SimEstate(new Simulation(seed, now, trace), world.copy(), defect);
      estate.memory.putAll(memory);
      estate.thrown.addAll(thrown);
      return estate;
    }
  }

  /** The world as it stands, once nothing is on its way any more and dead leaders are forgotten. */
  public Image image() {
    sim.pass(SETTLED);
    return new Image(world.copy(), memory, sim.now(), thrown());
  }

  /** One process of the agent. */
  public record Life(SimProcess actor, SimLink line) {}

  /** What a process does, from its start to its end. */
  public interface Act {
    void by(ChangeService agent) throws InterruptedException;
  }

  public Simulation sim() {
    return sim;
  }

  public FakeEstate world() {
    return world;
  }

  /** Whether policies are committed: not before the first change, nor after the way back there. */
  public boolean managed() {
    return world.active().filter(a -> !a.digest().equals(PolicySet.EMPTY.digest())).isPresent();
  }

  public FakeJournal here() {
    return world.journal;
  }

  public FakeJournal elsewhere() {
    return elsewhere;
  }

  public TaskRequest request(String text) {
    return new TaskRequest(text, "olivia", SimClock.START.plusNanos(sim.now() * 1000));
  }

  /** Starts a process on the machine that has this disk. */
  public Life start(String name, FakeJournal disk, FaultModel weather, Act act) {
    return start(name, disk, weather, 0, act);
  }

  public Life start(String name, FakeJournal disk, FaultModel weather, long delayMicros, Act act) {
    var actor = new SimProcess(name);
    var line = new SimLink(sim, actor, weather, this::late);
    var process = new Life(actor, line);
    processes.add(process);
    sim.start(actor, delayMicros, () -> live(process, disk, act));
    return process;
  }

  private void live(Life process, FakeJournal disk, Act act) {
    try {
      act.by(
          new ChangeService(
              ports(process, disk), settings(process.actor().toString()), ProgressListener.NONE));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs a process that nothing happens to. */
  public void calmly(String name, Act act) {
    var process = start(name, here(), FaultModel.CALM, act);
    sim.join(process.actor());
  }

  /** What was sent by somebody long gone arrives now. */
  public void release() {
    held.forEach(apply -> sim.after(0, "arrives at last", apply));
    held.clear();
    sim.pass(1_000);
  }

  /** What was broken so far, and what agents threw that they never should. */
  public List<String> broken() {
    return Stream.concat(thrown().stream(), world.laws.broken().stream()).distinct().toList();
  }

  private List<String> thrown() {
    List<String> all = new ArrayList<>(thrown);
    for (var process : processes) {
      var failure = process.actor().failure();
      if (failure != null) {
        all.add("an agent threw " + failure + at(failure));
      }
      all.addAll(process.line().host().broken());
    }
    return all;
  }

  private static String at(Throwable thrown) {
    return Stream.of(thrown.getStackTrace())
        .limit(6)
        .map(e -> "\n      at " + e)
        .toList()
        .toString();
  }

  private void late(long afterMicros, String what, Runnable apply) {
    if (afterMicros < 0) {
      held.add(apply);
    } else {
      sim.after(afterMicros, what, apply);
    }
  }

  private AgentPorts ports(Life process, FakeJournal disk) {
    var line = process.line();
    var site = new BugInjector.Site(line, world, memory);
    var bucket = new SimObjectStore(world.objects, line);
    var honest =
        world.ports(
            new SimStateStore(world.store, line),
            bucket,
            e -> defect.executor(new SimExecutor(e, line), site),
            new SimJournal(disk, defect.bucket(bucket), line),
            new SimClock(sim, process.actor()));
    return defect.plant(honest, site);
  }

  private AgentSettings settings(String name) {
    return new AgentSettings(name, world.gate, 10, world.gateways, "", 500, BOUNDS);
  }
}
