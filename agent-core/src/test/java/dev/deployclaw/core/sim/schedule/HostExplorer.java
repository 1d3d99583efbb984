package dev.deployclaw.core.sim.schedule;

import static dev.deployclaw.core.sim.schedule.FaultSchedule.FIRST;
import static dev.deployclaw.core.sim.schedule.FaultSchedule.SECOND;

import dev.deployclaw.core.sim.engine.AwaitPoint.Kind;
import dev.deployclaw.core.sim.engine.BugInjector;
import dev.deployclaw.core.sim.engine.EventTrace;
import dev.deployclaw.core.sim.engine.HostFate;
import dev.deployclaw.core.sim.engine.HostPoint;
import dev.deployclaw.core.sim.schedule.ExhaustiveExplorer.Player;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Every schedule in which something befalls the executor host, as {@link ExhaustiveExplorer} has
 * them for messages and agents.
 */
public final class HostExplorer {
  /** A restart, in microseconds; then longer than an agent tries; then never. */
  private static final List<Long> ABSENCES = List.of(1_000_000L, 60_000_000L, -1L);

  /** Within a call's deadline, past it, and until all is at rest. */
  private static final List<Long> HANGS = List.of(3_000_000L, 30_000_000L, -1L);

  /** Right after the host died, and when all is at rest. */
  private static final List<Long> LATE = List.of(3_500_000L, -1L);

  private static final long RESTART = 1_000_000;

  private HostExplorer() {}

  /** Each fault of the host, at each call of it. */
  public static Stream<FaultSchedule> faults(SimScenario scene) {
    return ExhaustiveExplorer.plain(scene).first().calls().stream()
        .flatMap(call -> faults(call).map(fault -> new HostStrike(FIRST, call.number(), fault)))
        .map(strike -> new FaultSchedule(scene, List.of(), List.of(strike)));
  }

  /** The host dies at each call that writes, and its agent at each point after that. */
  public static Stream<FaultSchedule> thenTheAgent(SimScenario scene) {
    return ExhaustiveExplorer.plain(scene).first().calls().stream()
        .flatMap(
            call -> deaths(FIRST, call).flatMap(host -> thenTheAgent(scene, host, call.hops())));
  }

  private static Stream<FaultSchedule> thenTheAgent(SimScenario scene, HostStrike host, int hops) {
    var once = new FaultSchedule(scene, List.of(), List.of(host));
    var sent = once.play(BugInjector.NONE, EventTrace.hashed()).first();
    return ExhaustiveExplorer.deaths(FIRST, sent.hops()).stream()
        .filter(agent -> agent.hop() > hops)
        .map(agent -> new FaultSchedule(scene, List.of(agent), List.of(host)));
  }

  /** The agent dies at each of its points, and then its successor's host at each of its own. */
  public static void thenTheSuccessors(SimScenario scene, Player player) {
    var hops = ExhaustiveExplorer.plain(scene).first().hops();
    for (var agent : ExhaustiveExplorer.deaths(FIRST, hops)) {
      var once = new FaultSchedule(scene, List.of(agent));
      var left = once.afterFirst(BugInjector.NONE);
      var recovery = once.playOn(left, BugInjector.NONE, EventTrace.hashed());
      recovery.second().calls().stream()
          .flatMap(call -> deaths(SECOND, call))
          .forEach(
              host -> player.play(new FaultSchedule(scene, List.of(agent), List.of(host)), left));
    }
  }

  private static Stream<HostFate.Fault> faults(HostPoint call) {
    return call.kind() == Kind.WRITES ? ofWrites(call) : ofReads();
  }

  /** What is read can't be applied late or in part. */
  private static Stream<HostFate.Fault> ofReads() {
    return Stream.of(
            away(HostFate.DIES_BEFORE),
            HANGS.stream().map(late -> new HostFate.Fault(HostFate.HANGS, late, 0)),
            Stream.of(HostFate.SOCKET_CUT, HostFate.ANSWERS_LATE, HostFate.ANSWERS_ANOTHER)
                .map(HostExplorer::plain))
        .flatMap(Function.identity());
  }

  private static Stream<HostFate.Fault> ofWrites(HostPoint call) {
    return Stream.of(
            ofReads(),
            call.parts() > 1 ? away(HostFate.DIES_BETWEEN) : Stream.<HostFate.Fault>of(),
            away(HostFate.DIES_APPLIED),
            LATE.stream().map(late -> new HostFate.Fault(HostFate.DIES_SENT, late, RESTART)),
            Stream.of(HostFate.ANSWERS_TWICE, HostFate.ANSWERS_GARBAGE).map(HostExplorer::plain))
        .flatMap(Function.identity());
  }

  private static Stream<HostFate.Fault> away(HostFate fate) {
    return ABSENCES.stream().map(back -> new HostFate.Fault(fate, 0, back));
  }

  private static HostFate.Fault plain(HostFate fate) {
    return new HostFate.Fault(fate, 0, 0);
  }

  /** Deaths that leave different worlds, of a host that is soon back. */
  private static Stream<HostStrike> deaths(String process, HostPoint call) {
    return Stream.of(HostFate.DIES_BEFORE, HostFate.DIES_BETWEEN, HostFate.DIES_APPLIED)
        .filter(_ -> call.kind() == Kind.WRITES)
        .filter(fate -> call.parts() > 1 || fate != HostFate.DIES_BETWEEN)
        .map(fate -> new HostFate.Fault(fate, 0, RESTART))
        .map(fault -> new HostStrike(process, call.number(), fault));
  }
}
