package dev.deployclaw.core.sim;

import static dev.deployclaw.core.sim.Schedule.FIRST;
import static dev.deployclaw.core.sim.Schedule.SECOND;

import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.sim.Estate.Image;
import dev.deployclaw.core.sim.Hop.Kind;
import dev.deployclaw.core.sim.Schedule.Outcome;
import dev.deployclaw.core.sim.Schedule.Strike;
import dev.deployclaw.core.sim.Schedule.Twist;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Every schedule of a kind, none left out. What is counted is where the world or the agent can tell
 * two schedules apart: an agent that dies between two reads dies in the same world.
 */
final class Exhaustive {
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

  private Exhaustive() {}

  /** The agent dies once, at every await point: nothing sent, sent, applied. */
  static Stream<Schedule> crashes(Scene scene) {
    return strikes(scene, hop -> List.of(Fate.DIES_BEFORE, Fate.DIES_SENT, Fate.DIES_APPLIED));
  }

  /** Each outcome of each call, with the agent alive. */
  static Stream<Schedule> outcomes(Scene scene) {
    return Stream.concat(
        strikes(
            scene,
            hop ->
                List.of(
                    Fate.REFUSED,
                    Fate.LOST,
                    Fate.ANSWER_LOST,
                    Fate.LATE,
                    Fate.TWICE,
                    Fate.SENT_AGAIN)),
        twists(scene));
  }

  /**
   * The answer to a write is lost, and then nothing is reached by which to tell what came of it.
   */
  static Stream<Schedule> outages(Scene scene) {
    return plain(scene).first().stream()
        .filter(hop -> hop.kind() == Kind.WRITES)
        .flatMap(hop ->
            Stream.of(Fate.ANSWER_LOST, Fate.LATE, Fate.SENT_AGAIN).flatMap(fate -> at(hop, fate)))
        .flatMap(lost -> OUTAGES.stream().map(calls -> then(lost, calls)))
        .map(strikes -> new Schedule(scene, strikes));
  }

  /**
   * The end of a log is anchored late, after its sender anchored another one, and died before its
   * lease was over.
   */
  static Stream<Schedule> lateEnds(Scene scene) {
    var writes = plain(scene).first().stream().filter(hop -> hop.kind() == Kind.WRITES).toList();
    return writes.stream()
        .filter(hop -> hop.what().contains(Keys.CHAIN_HEAD))
        .map(hop -> new Strike(FIRST, hop.number(), Fate.LATE, WITHIN_A_LEASE, Twist.NONE))
        .flatMap(late ->
            writes.stream()
                .filter(hop -> hop.number() > late.hop())
                .map(hop -> new Strike(FIRST, hop.number(), Fate.DIES_APPLIED, SOON, Twist.NONE))
                .map(death -> new Schedule(scene, List.of(late, death))));
  }

  private static List<Strike> then(Strike lost, int calls) {
    var away =
        IntStream.rangeClosed(lost.hop() + 1, lost.hop() + calls)
            .mapToObj(hop -> new Strike(FIRST, hop, Fate.REFUSED, SOON, Twist.NONE));
    return Stream.concat(Stream.of(lost), away).toList();
  }

  /**
   * The agent stands still past its lease at every await point, while another takes over on another
   * machine and goes on; then it wakes.
   */
  static Stream<Schedule> pauses(Scene scene) {
    return strikes(
        scene, hop -> List.of(Fate.PAUSES_BEFORE, Fate.PAUSES_SENT, Fate.PAUSES_APPLIED));
  }

  /** Somebody who plays a schedule, from what the first process of it left. */
  interface Player {
    void play(Schedule schedule, Image left);
  }

  /** The agent dies at every await point, and its successor at every one of its own. */
  static void doubleCrashes(Scene scene, Player player) {
    for (var first : deaths(FIRST, plain(scene).first())) {
      var once = new Schedule(scene, List.of(first));
      var left = once.afterFirst(Defect.NONE);
      var recovery = once.playOn(left, Defect.NONE, Trace.hashed());
      deaths(SECOND, recovery.second())
          .forEach(second -> player.play(new Schedule(scene, List.of(first, second)), left));
    }
  }

  static Outcome plain(Scene scene) {
    return new Schedule(scene, List.of()).play(Defect.NONE, Trace.hashed());
  }

  /** Deaths that leave different worlds: before anything, and after each write. */
  private static List<Strike> deaths(String process, List<Hop> hops) {
    List<Strike> deaths = new ArrayList<>();
    deaths.add(new Strike(process, 1, Fate.DIES_BEFORE, SOON, Twist.NONE));
    hops.stream()
        .filter(hop -> hop.kind() != Kind.READS)
        .forEach(hop ->
            deaths.add(new Strike(process, hop.number(), Fate.DIES_APPLIED, SOON, Twist.NONE)));
    return deaths;
  }

  /** What can happen at a point. */
  private interface Fates {
    List<Fate> at(Hop hop);
  }

  private static Stream<Schedule> strikes(Scene scene, Fates fates) {
    return plain(scene).first().stream()
        .flatMap(
            hop -> fates.at(hop).stream().filter(f -> differs(hop, f)).flatMap(f -> at(hop, f)))
        .map(strike -> new Schedule(scene, List.of(strike)));
  }

  private static Stream<Strike> at(Hop hop, Fate fate) {
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
  private static boolean differs(Hop hop, Fate fate) {
    return switch (hop.kind()) {
      case WRITES -> true;
      case READS ->
          fate == Fate.DIES_BEFORE
              || fate == Fate.REFUSED
              || fate == Fate.LOST
              || fate == Fate.PAUSES_BEFORE;
      case DISK ->
          fate == Fate.DIES_BEFORE || fate == Fate.DIES_APPLIED || fate == Fate.PAUSES_BEFORE;
    };
  }

  /** The bucket isn't honest once. */
  private static Stream<Schedule> twists(Scene scene) {
    return plain(scene).first().stream()
        .filter(hop -> hop.what().startsWith("s3."))
        .flatMap(hop ->
            Stream.of(Twist.SWALLOWS, Twist.CORRUPTS, Twist.IGNORES_CONDITION, Twist.STALE)
                .map(t -> new Strike(FIRST, hop.number(), Fate.ANSWERED, SOON, t)))
        .map(strike -> new Schedule(scene, List.of(strike)));
  }
}
