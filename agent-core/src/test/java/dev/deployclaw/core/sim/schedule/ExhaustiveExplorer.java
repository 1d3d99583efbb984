package dev.deployclaw.core.sim.schedule;

import static dev.deployclaw.core.sim.schedule.FaultSchedule.FIRST;
import static dev.deployclaw.core.sim.schedule.FaultSchedule.SECOND;

import dev.deployclaw.core.sim.engine.AwaitPoint;
import dev.deployclaw.core.sim.engine.AwaitPoint.Kind;
import dev.deployclaw.core.sim.engine.BugInjector;
import dev.deployclaw.core.sim.engine.EventTrace;
import dev.deployclaw.core.sim.engine.MessageFate;
import dev.deployclaw.core.sim.engine.SimEstate.Image;
import dev.deployclaw.core.sim.schedule.FaultSchedule.Outcome;
import dev.deployclaw.core.sim.schedule.FaultSchedule.Strike;
import dev.deployclaw.core.sim.schedule.FaultSchedule.Twist;
import dev.deployclaw.core.store.StoreKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Every schedule of a kind, none left out. What is counted is where the world or the agent can tell
 * two schedules apart: an agent that dies between two reads dies in the same world.
 */
public final class ExhaustiveExplorer {
  /** Right after its sender gave a message up, in microseconds. */
  private static final long SOON = 3_500_000;

  /**
   * For how many calls nothing is reached, once an answer was lost: one, and longer than patience.
   */
  private static final List<Integer> OUTAGES = List.of(1, 12);

  /** Long after its sender gave it up and did something else, in microseconds. */
  private static final long WITHIN_A_LEASE = 9_000_000;

  /** When everything is at rest. */
  private static final long AT_LAST = -1;

  private ExhaustiveExplorer() {}

  /** The agent dies once, at every await point: nothing sent, sent, applied. */
  public static Stream<FaultSchedule> crashes(SimScenario scene) {
    return strikes(
        scene,
        hop -> List.of(MessageFate.DIES_BEFORE, MessageFate.DIES_SENT, MessageFate.DIES_APPLIED));
  }

  /** Each outcome of each call, with the agent alive. */
  public static Stream<FaultSchedule> outcomes(SimScenario scene) {
    return Stream.concat(
        strikes(
            scene,
            hop ->
                List.of(
                    MessageFate.REFUSED,
                    MessageFate.LOST,
                    MessageFate.ANSWER_LOST,
                    MessageFate.LATE,
                    MessageFate.TWICE,
                    MessageFate.SENT_AGAIN)),
        twists(scene));
  }

  /**
   * The answer to a write is lost, and then nothing is reached by which to tell what came of it.
   */
  public static Stream<FaultSchedule> outages(SimScenario scene) {
    return plain(scene).first().hops().stream()
        .filter(hop -> hop.kind() == Kind.WRITES)
        .flatMap(hop ->
            Stream.of(MessageFate.ANSWER_LOST, MessageFate.LATE, MessageFate.SENT_AGAIN)
                .flatMap(fate -> at(hop, fate)))
        .flatMap(lost -> OUTAGES.stream().map(calls -> then(lost, calls)))
        .map(strikes -> new FaultSchedule(scene, strikes));
  }

  /**
   * The end of a log is anchored late, after its sender anchored another one, and died before its
   * lease was over.
   */
  public static Stream<FaultSchedule> lateEnds(SimScenario scene) {
    var writes =
        plain(scene).first().hops().stream().filter(hop -> hop.kind() == Kind.WRITES).toList();
    return writes.stream()
        .filter(hop -> hop.what().contains(StoreKeys.CHAIN_HEAD))
        .map(hop -> new Strike(FIRST, hop.number(), MessageFate.LATE, WITHIN_A_LEASE, Twist.NONE))
        .flatMap(late ->
            writes.stream()
                .filter(hop -> hop.number() > late.hop())
                .map(hop ->
                    new Strike(FIRST, hop.number(), MessageFate.DIES_APPLIED, SOON, Twist.NONE))
                .map(death -> new FaultSchedule(scene, List.of(late, death))));
  }

  private static List<Strike> then(Strike lost, int calls) {
    var away =
        IntStream.rangeClosed(lost.hop() + 1, lost.hop() + calls)
            .mapToObj(hop -> new Strike(FIRST, hop, MessageFate.REFUSED, SOON, Twist.NONE));
    return Stream.concat(Stream.of(lost), away).toList();
  }

  /**
   * The agent stands still past its lease at every await point, while another takes over on another
   * machine and goes on; then it wakes.
   */
  public static Stream<FaultSchedule> pauses(SimScenario scene) {
    return strikes(
        scene,
        hop ->
            List.of(
                MessageFate.PAUSES_BEFORE, MessageFate.PAUSES_SENT, MessageFate.PAUSES_APPLIED));
  }

  /** Somebody who plays a schedule, from what the first process of it left. */
  public interface Player {
    void play(FaultSchedule schedule, Image left);
  }

  /** The agent dies at every await point, and its successor at every one of its own. */
  public static void doubleCrashes(SimScenario scene, Player player) {
    for (var first : deaths(FIRST, plain(scene).first().hops())) {
      var once = new FaultSchedule(scene, List.of(first));
      var left = once.afterFirst(BugInjector.NONE);
      var recovery = once.playOn(left, BugInjector.NONE, EventTrace.hashed());
      deaths(SECOND, recovery.second().hops())
          .forEach(second -> player.play(new FaultSchedule(scene, List.of(first, second)), left));
    }
  }

  public static Outcome plain(SimScenario scene) {
    return new FaultSchedule(scene, List.of()).play(BugInjector.NONE, EventTrace.hashed());
  }

  /** Deaths that leave different worlds: before anything, and after each write. */
  static List<Strike> deaths(String process, List<AwaitPoint> hops) {
    List<Strike> deaths = new ArrayList<>();
    deaths.add(new Strike(process, 1, MessageFate.DIES_BEFORE, SOON, Twist.NONE));
    hops.stream()
        .filter(hop -> hop.kind() != Kind.READS)
        .forEach(hop ->
            deaths.add(
                new Strike(process, hop.number(), MessageFate.DIES_APPLIED, SOON, Twist.NONE)));
    return deaths;
  }

  /** What can happen at a point. */
  private interface Fates {
    List<MessageFate> at(AwaitPoint hop);
  }

  private static Stream<FaultSchedule> strikes(SimScenario scene, Fates fates) {
    return plain(scene).first().hops().stream()
        .flatMap(
            hop -> fates.at(hop).stream().filter(f -> differs(hop, f)).flatMap(f -> at(hop, f)))
        .map(strike -> new FaultSchedule(scene, List.of(strike)));
  }

  private static Stream<Strike> at(AwaitPoint hop, MessageFate fate) {
    var soon = new Strike(FIRST, hop.number(), fate, SOON, Twist.NONE);
    var atLast = new Strike(FIRST, hop.number(), fate, AT_LAST, Twist.NONE);
    var unfenced = new Strike(FIRST, hop.number(), fate, AT_LAST, Twist.FENCES_LOST);
    return switch (fate) {
      case LATE, TWICE, DIES_SENT -> Stream.of(soon, atLast);
      case PAUSES_SENT -> Stream.of(soon, atLast, unfenced);
      case ANSWERED, REFUSED, LOST, ANSWER_LOST, SENT_AGAIN -> Stream.of(soon);
      case DIES_BEFORE, DIES_APPLIED, PAUSES_BEFORE, PAUSES_APPLIED -> Stream.of(soon);
    };
  }

  /**
   * A read that is applied late or twice is no read; one that was answered before a pause is stale.
   */
  private static boolean differs(AwaitPoint hop, MessageFate fate) {
    return switch (hop.kind()) {
      case WRITES -> true;
      case READS ->
          fate == MessageFate.DIES_BEFORE
              || fate == MessageFate.REFUSED
              || fate == MessageFate.LOST
              || fate == MessageFate.PAUSES_BEFORE;
      case DISK ->
          fate == MessageFate.DIES_BEFORE
              || fate == MessageFate.DIES_APPLIED
              || fate == MessageFate.PAUSES_BEFORE;
    };
  }

  /** The bucket isn't honest once. */
  private static Stream<FaultSchedule> twists(SimScenario scene) {
    return plain(scene).first().hops().stream()
        .filter(hop -> hop.what().startsWith("s3."))
        .flatMap(hop ->
            Stream.of(Twist.SWALLOWS, Twist.CORRUPTS, Twist.IGNORES_CONDITION, Twist.STALE)
                .map(t -> new Strike(FIRST, hop.number(), MessageFate.ANSWERED, SOON, t)))
        .map(strike -> new FaultSchedule(scene, List.of(strike)));
  }
}
