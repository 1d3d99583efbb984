package dev.deployclaw.core.sim;

import dev.deployclaw.core.fake.FakeJournal;
import dev.deployclaw.core.fake.World;
import dev.deployclaw.core.runtime.Architect;
import dev.deployclaw.core.runtime.Ports;
import dev.deployclaw.core.runtime.Progress;
import dev.deployclaw.core.runtime.Settings;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.PolicySet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** One simulated world, the machines in it, and the processes that were started there. */
final class Estate {
  private static final Settings.Bounds BOUNDS =
      new Settings.Bounds(
          Duration.ofSeconds(10),
          Duration.ofSeconds(40),
          Duration.ofSeconds(5),
          Duration.ofSeconds(20),
          Duration.ofSeconds(1),
          3);

  /** Longer than any lease and any way, in microseconds. */
  private static final long SETTLED = 12_000_000;

  private final Simulation sim;
  private final World world;
  private final Defect defect;
  private final FakeJournal elsewhere;
  private final List<Life> processes = new ArrayList<>();
  private final List<Runnable> held = new ArrayList<>();
  private final List<String> thrown = new ArrayList<>();
  private final Map<String, Object> memory = new TreeMap<>();

  Estate(long seed, Defect defect, Trace trace) {
    this(new Simulation(seed, 0, trace), new World(), defect);
    defect.breakWorld(world);
  }

  private Estate(Simulation sim, World world, Defect defect) {
    this.sim = sim;
    this.world = world;
    this.defect = defect;
    this.elsewhere = world.machine();
    var _ = world.objects.keeping();
  }

  /** A world at rest, from which any number of estates can begin. */
  record Image(World world, Map<String, Object> memory, long now, List<String> thrown) {
    Estate begin(long seed, Defect defect, Trace trace) {
      var estate = new Estate(new Simulation(seed, now, trace), world.copy(), defect);
      estate.memory.putAll(memory);
      estate.thrown.addAll(thrown);
      return estate;
    }
  }

  /** The world as it stands, once nothing is on its way any more and dead leaders are forgotten. */
  Image image() {
    sim.pass(SETTLED);
    return new Image(world.copy(), memory, sim.now(), thrown());
  }

  /** One process of the agent. */
  record Life(Actor actor, Line line) {}

  /** What a process does, from its start to its end. */
  interface Act {
    void by(Architect agent) throws InterruptedException;
  }

  Simulation sim() {
    return sim;
  }

  World world() {
    return world;
  }

  /** Whether policies are committed: not before the first change, nor after the way back there. */
  boolean managed() {
    return world.active().filter(a -> !a.digest().equals(PolicySet.EMPTY.digest())).isPresent();
  }

  FakeJournal here() {
    return world.journal;
  }

  FakeJournal elsewhere() {
    return elsewhere;
  }

  TaskRequest request(String text) {
    return new TaskRequest(text, "olivia", SimTime.START.plusNanos(sim.now() * 1000));
  }

  /** Starts a process on the machine that has this disk. */
  Life start(String name, FakeJournal disk, Weather weather, Act act) {
    return start(name, disk, weather, 0, act);
  }

  Life start(String name, FakeJournal disk, Weather weather, long delayMicros, Act act) {
    var actor = new Actor(name);
    var line = new Line(sim, actor, weather, this::late);
    var process = new Life(actor, line);
    processes.add(process);
    sim.start(actor, delayMicros, () -> live(process, disk, act));
    return process;
  }

  private void live(Life process, FakeJournal disk, Act act) {
    try {
      act.by(
          new Architect(ports(process, disk), settings(process.actor().toString()), Progress.NONE));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs a process that nothing happens to. */
  void calmly(String name, Act act) {
    var process = start(name, here(), Weather.CALM, act);
    sim.join(process.actor());
  }

  /** What was sent by somebody long gone arrives now. */
  void release() {
    held.forEach(apply -> sim.after(0, "arrives at last", apply));
    held.clear();
    sim.pass(1_000);
  }

  /** What was broken so far, and what agents threw that they never should. */
  List<String> broken() {
    return Stream.concat(thrown().stream(), world.laws.broken().stream()).distinct().toList();
  }

  private List<String> thrown() {
    List<String> all = new ArrayList<>(thrown);
    for (var process : processes) {
      var failure = process.actor().failure();
      if (failure != null) {
        all.add("an agent threw " + failure + at(failure));
      }
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

  private Ports ports(Life process, FakeJournal disk) {
    var line = process.line();
    var site = new Defect.Site(line, world, memory);
    var bucket = new SimObjects(world.objects, line);
    var honest =
        world.ports(
            new SimStore(world.store, line),
            bucket,
            e -> defect.executor(new SimExecutor(e, line), site),
            new SimJournal(disk, defect.bucket(bucket), line),
            new SimTime(sim, process.actor()));
    return defect.plant(honest, site);
  }

  private Settings settings(String name) {
    return new Settings(name, world.gate, 10, world.gateways, "", 500, BOUNDS);
  }
}
