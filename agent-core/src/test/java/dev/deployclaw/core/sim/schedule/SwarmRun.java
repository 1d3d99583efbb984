package dev.deployclaw.core.sim.schedule;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeJournal;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.repair.HeldRepair;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.sim.engine.BugInjector;
import dev.deployclaw.core.sim.engine.EventTrace;
import dev.deployclaw.core.sim.engine.FaultModel;
import dev.deployclaw.core.sim.engine.SimEstate;
import dev.deployclaw.core.sim.engine.SimEstate.Life;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Two machines, each with one process of the agent after the other, and everything at once: what
 * happens, to whom and how often is the seed's choice. Then all is healed, and within a bound and
 * without a person everything must stand at what is committed.
 */
public final class SwarmRun {
  /** How long it storms, in microseconds. */
  private static final long STORM = 120_000_000;

  /** The longest that what is under way may take once all is healed: I10. */
  private static final long LONGEST = 600_000_000;

  /** What is late arrives within that. */
  private static final long LATEST = 60_000_000;

  private static final int MOST_TASKS = 9;

  /** How often the agent is started anew until all is at rest. */
  private static final int STARTS = 3;

  private final SimEstate estate;
  private final Random random;
  private final RandomFaultModel storm;
  private final List<Life> started = new ArrayList<>();

  private SwarmRun(SimEstate estate) {
    this.estate = estate;
    this.random = estate.sim().random();
    this.storm = new RandomFaultModel(estate, STORM);
  }

  /** How it ended. */
  public record Outcome(List<String> broken, long hash, FakeEstate world) {}

  public static Outcome play(long seed, BugInjector defect, EventTrace trace) {
    var estate = new SimEstate(seed, defect, trace);
    List<String> broken = new ArrayList<>();
    try {
      new SwarmRun(estate).play();
    } catch (AssertionError e) {
      broken.add(String.valueOf(e.getMessage()));
    }
    broken.addAll(estate.broken());
    return new Outcome(broken, trace.hash(), estate.world());
  }

  private void play() {
    storm.brew();
    begin("here", estate.here(), 1);
    begin("there", estate.elsewhere(), 1);
    estate.sim().pass(STORM);
    storm.heal();
    long healed = estate.sim().now();
    for (int i = 0; i < started.size(); i++) {
      estate.sim().join(started.get(i).actor());
    }
    bounded("what was under way", healed);
    estate.sim().pass(LATEST);
    settle();
    estate.world().laws.checkAtRest();
  }

  /** One process after the other, until the storm is over. */
  private void begin(String machine, FakeJournal disk, int number) {
    var process =
        estate.start(
            machine + "-" + number,
            disk,
            storm,
            pause(),
            agent -> task(agent, random.nextInt(100)));
    started.add(process);
    process
        .actor()
        .afterwards(() -> {
          if (number < MOST_TASKS && estate.sim().now() < STORM) {
            begin(machine, disk, number + 1);
          }
        });
  }

  private long pause() {
    return random.nextInt(8_000_000);
  }

  private void task(ChangeService agent, int dice) throws InterruptedException {
    if (dice < 25) {
      agent.run(estate.request("apply"));
    } else if (dice < 33) {
      agent.run(estate.request("apply canary 40 60 bake 5"));
    } else if (dice < 50) {
      agent.run(estate.request("set acme " + (1 + random.nextInt(9)) * 100));
    } else if (dice < 60) {
      agent.run(estate.request("apply manually"));
    } else if (dice < 72) {
      decide(agent);
    } else if (dice < 80 && estate.managed()) {
      agent.rollback("last", "olivia");
    } else if (dice < 84 && estate.managed()) {
      agent.run(estate.request("back manually"));
    } else if (dice < 88) {
      agent.repair(estate.request("repair"));
    } else if (dice < 91) {
      agent.run(estate.request("repair manually"));
    } else if (dice < 93) {
      agent.recover();
    } else if (dice < 95) {
      agent.leaveOut(estate.world().gateway.members(), "olivia");
    } else if (dice < 97) {
      agent.freeze("olivia", "an incident");
    } else {
      agent.thaw("olivia");
    }
  }

  private void decide(ChangeService agent) throws InterruptedException {
    var status = agent.queries().status();
    var held =
        Stream.concat(
                status.held().stream().map(ChangeExecution::id),
                status.heldRepairs().stream().map(HeldRepair::id))
            .findFirst();
    if (held.isEmpty()) {
      agent.run(estate.request("set zenith " + (1 + random.nextInt(9)) * 10));
    } else if (random.nextBoolean()) {
      agent.approve(held.get(), "ann");
    } else {
      agent.reject(held.get(), "ann");
    }
  }

  /** What the drift loop does: starts, finishes, compares, puts right. */
  private void settle() {
    for (int start = 1; start <= STARTS; start++) {
      long from = estate.sim().now();
      storm.thaw();
      var exits = new ArrayList<ExitCode>();
      recoverThere("settles there-" + start, exits);
      estate.calmly(
          "settles here-" + start,
          agent -> {
            exits.add(agent.recover().exit());
            exits.add(agent.repair(estate.request("repair")).exit());
          });
      recoverThere("settles there again-" + start, exits);
      bounded("settling", from);
      if (exits.stream().allMatch(ExitCode.OK::equals)) {
        return;
      }
    }
  }

  private void recoverThere(String name, List<ExitCode> exits) {
    var there =
        estate.start(
            name, estate.elsewhere(), FaultModel.CALM, agent -> exits.add(agent.recover().exit()));
    estate.sim().join(there.actor());
  }

  private void bounded(String what, long from) {
    long took = estate.sim().now() - from;
    if (took > LONGEST) {
      throw new AssertionError("I10: " + what + " took " + took / 1_000_000 + " s");
    }
  }
}
