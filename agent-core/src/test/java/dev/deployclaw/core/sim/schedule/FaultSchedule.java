package dev.deployclaw.core.sim.schedule;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.sim.engine.AwaitPoint;
import dev.deployclaw.core.sim.engine.BugInjector;
import dev.deployclaw.core.sim.engine.EventTrace;
import dev.deployclaw.core.sim.engine.FaultModel;
import dev.deployclaw.core.sim.engine.FaultModel.Bucket;
import dev.deployclaw.core.sim.engine.HostFate;
import dev.deployclaw.core.sim.engine.HostPoint;
import dev.deployclaw.core.sim.engine.MessageFate;
import dev.deployclaw.core.sim.engine.SimEstate;
import dev.deployclaw.core.sim.engine.SimEstate.Image;
import dev.deployclaw.core.sim.engine.SimEstate.Life;
import dev.deployclaw.core.sim.engine.SimProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A scene, and what happens to whom at which await point. Played, it ends at rest, or it found
 * something. The processes are {@code first}, which plays the scene; {@code second}, which comes
 * after it died or while it stands still; and {@code third}, which comes last, before the machine
 * that took over, if one did, starts once more.
 */
public record FaultSchedule(SimScenario scene, List<Strike> strikes, List<HostStrike> hostStrikes) {
  /** The most virtual time from the last strike to rest: I10. */
  private static final long LONGEST = 600_000_000;

  private static final long SEED = 1;

  static final String FIRST = "first";
  static final String SECOND = "second";

  public FaultSchedule {
    strikes = List.copyOf(strikes);
    hostStrikes = List.copyOf(hostStrikes);
  }

  FaultSchedule(SimScenario scene, List<Strike> strikes) {
    this(scene, strikes, List.of());
  }

  /** What is wrong with a back end just then. */
  enum Twist {
    NONE,
    SWALLOWS,
    CORRUPTS,
    IGNORES_CONDITION,
    STALE,
    /** Redis lost every fence by the time a late message arrives. */
    FENCES_LOST;

    Bucket bucket() {
      return switch (this) {
        case NONE, FENCES_LOST -> Bucket.HONEST;
        case SWALLOWS -> Bucket.SWALLOWS;
        case CORRUPTS -> Bucket.CORRUPTS;
        case IGNORES_CONDITION -> Bucket.IGNORES_CONDITION;
        case STALE -> Bucket.STALE;
      };
    }
  }

  /**
   * @param late how long a late message takes in microseconds; negative: until all is at rest
   */
  record Strike(String process, int hop, MessageFate fate, long late, Twist twist) {
    @Override
    public String toString() {
      return process + "@" + hop + ":" + fate + ":" + late + ":" + twist;
    }

    static Strike parse(String text) {
      String[] parts = text.split("[@:]", -1);
      return new Strike(
          parts[0],
          Integer.parseInt(parts[1]),
          MessageFate.valueOf(parts[2]),
          Long.parseLong(parts[3]),
          Twist.valueOf(parts[4]));
    }
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return Stream.concat(strikes.stream(), hostStrikes.stream())
        .map(s -> " " + s)
        .collect(Collectors.joining("", scene.toString(), ""));
  }

  public static FaultSchedule parse(String text) {
    var words = List.of(text.split(" ", -1));
    var strikes = words.subList(1, words.size());
    return new FaultSchedule(
        SimScenario.valueOf(words.getFirst()),
        strikes.stream().filter(s -> !HostStrike.is(s)).map(Strike::parse).toList(),
        strikes.stream().filter(HostStrike::is).map(HostStrike::parse).toList());
  }

  /**
   * How it ended.
   *
   * @param first what the first process sent, and so on
   * @param world as it stands then
   */
  public record Outcome(
      List<String> broken, Sent first, Sent second, long hash, FakeEstate world) {}

  /**
   * What a process sent.
   *
   * @param hops its await points
   * @param calls of its executor host
   */
  public record Sent(List<AwaitPoint> hops, List<HostPoint> calls) {
    private static Sent by(Life process) {
      return new Sent(process.line().hops(), process.line().host().calls());
    }
  }

  public Outcome play(BugInjector defect, EventTrace trace) {
    if (isStruck(SECOND)) {
      return playOn(afterFirst(defect), defect, trace);
    }
    var estate = ScenarioImages.of(scene, defect).begin(SEED, defect, trace);
    return told(
        estate,
        trace,
        hops -> {
          var one = start(estate, FIRST);
          hops.add(one);
          estate.sim().untilOverOrPaused(one.actor());
          var two = one.actor().paused() ? takeOver(estate) : start(estate, SECOND);
          hops.add(two);
          estate.sim().join(two.actor());
          finish(estate, one);
        });
  }

  /** The world that the first leaves that dies, once all that it had sent has arrived. */
  Image afterFirst(BugInjector defect) {
    var estate = ScenarioImages.of(scene, defect).begin(SEED, defect, EventTrace.hashed());
    estate.sim().join(start(estate, FIRST).actor());
    return estate.image();
  }

  /** The rest of it, from what the first left. */
  public Outcome playOn(Image left, BugInjector defect, EventTrace trace) {
    var estate = left.begin(SEED, defect, trace);
    return told(
        estate,
        trace,
        hops -> {
          var two = start(estate, SECOND);
          hops.add(two);
          hops.add(two);
          estate.sim().join(two.actor());
          finish(estate, two);
        });
  }

  /** What is played, telling whose await points count. */
  private interface Play {
    void on(List<Life> processes);
  }

  private static Outcome told(SimEstate estate, EventTrace trace, Play play) {
    List<String> broken = new ArrayList<>();
    List<Life> processes = new ArrayList<>();
    try {
      play.on(processes);
    } catch (AssertionError e) {
      broken.add(String.valueOf(e.getMessage()));
    }
    broken.addAll(estate.broken());
    var sent = processes.stream().map(Sent::by).toList();
    var nothing = new Sent(List.of(), List.of());
    return new Outcome(
        broken,
        sent.isEmpty() ? nothing : sent.getFirst(),
        sent.isEmpty() ? nothing : sent.getLast(),
        trace.hash(),
        estate.world());
  }

  /** Whether a process dies, or its host is struck. */
  private boolean isStruck(String process) {
    return strikes.stream().anyMatch(s -> s.process().equals(process) && s.fate().kills())
        || isHostStruck(process);
  }

  private boolean isHostStruck(String process) {
    return hostStrikes.stream().anyMatch(s -> s.process().equals(process));
  }

  private Life start(SimEstate estate, String name) {
    return estate.start(
        name,
        estate.here(),
        weather(),
        agent -> {
          if (name.equals(FIRST)) {
            scene.play(estate, agent);
          } else if (isHostStruck(name)) {
            scene.trySettling(estate, agent);
          } else {
            scene.settle(estate, agent);
          }
        });
  }

  /** On another machine, while the first stands still: it finishes what is open, and goes on. */
  private Life takeOver(SimEstate estate) {
    return estate.start(
        SECOND, estate.elsewhere(), weather(), agent -> agent.run(estate.request("set zenith 90")));
  }

  private void finish(SimEstate estate, Life one) {
    boolean tookOver = one.actor().paused();
    if (tookOver) {
      if (losesFences()) {
        estate.world().redis.members().forEach(estate.world().redis::loseFence);
      }
      estate.release();
      estate.sim().resume(one.actor());
      estate.sim().join(one.actor());
    }
    long from = estate.sim().now();
    estate.calmly("third", agent -> scene.settle(estate, agent));
    if (estate.sim().now() - from > LONGEST) {
      throw new AssertionError("I10: it took " + (estate.sim().now() - from) / 1_000_000 + " s");
    }
    estate.release();
    if (tookOver) {
      var back = estate.start("back", estate.elsewhere(), FaultModel.CALM, ChangeService::recover);
      estate.sim().join(back.actor());
    }
    if (hostStrikes.isEmpty() && strikes.stream().allMatch(s -> s.fate().kills())) {
      new ScenarioEndCheck(scene, estate)
          .check(ScenarioImages.of(scene, BugInjector.NONE).world().active());
    }
    estate.world().laws.checkAtRest();
  }

  private boolean losesFences() {
    return strikes.stream().anyMatch(s -> s.twist() == Twist.FENCES_LOST);
  }

  private FaultModel weather() {
    return new FaultModel() {
      private long late;
      private Twist twist = Twist.NONE;

      @Override
      public MessageFate fate(SimProcess actor, AwaitPoint hop) {
        twist = Twist.NONE;
        for (var strike : strikes) {
          if (strike.hop() == hop.number() && strike.process().equals(actor.toString())) {
            late = strike.late();
            twist = strike.twist();
            return strike.fate();
          }
        }
        return MessageFate.ANSWERED;
      }

      @Override
      public HostFate.Fault host(SimProcess actor, HostPoint call) {
        return hostStrikes.stream()
            .filter(s -> s.call() == call.number() && s.process().equals(actor.toString()))
            .findFirst()
            .map(HostStrike::fault)
            .orElse(HostFate.Fault.NONE);
      }

      @Override
      public long lateness() {
        return late;
      }

      @Override
      public Bucket bucket() {
        return twist.bucket();
      }
    };
  }
}
