package dev.deployclaw.container.telemetry;

import dev.deployclaw.audit.ChainRecorder;
import dev.deployclaw.audit.Redaction;
import dev.deployclaw.core.fake.Around;
import dev.deployclaw.core.fake.World;
import dev.deployclaw.core.planner.Planner;
import dev.deployclaw.core.runtime.Architect;
import dev.deployclaw.core.runtime.Ports;
import dev.deployclaw.core.runtime.Progress;
import dev.deployclaw.core.runtime.Time;
import java.util.List;

/** A world of fakes in real time, whose records are real and whose agent is looked at. */
final class TracedWorld {
  final World world = new World();

  /** What no record may hold. */
  static final String SECRET = "canary-7f3a9c0e";

  Architect agent(Telemetry telemetry) {
    return agent(telemetry, world.ports().planner());
  }

  Architect agent(Telemetry telemetry, Planner planner) {
    var fakes =
        world.ports(
            world.store,
            world.objects,
            e -> telemetry.around(Around.known(e, (inner, call) -> inner.execute(call))),
            telemetry.around(world.journal),
            Time.system());
    var ports =
        new Ports(
            fakes.state(),
            fakes.objects(),
            fakes.executors(),
            new ChainRecorder(Redaction.of(List.of(SECRET))),
            fakes.journal(),
            planner,
            fakes.playbook(),
            fakes.time());
    return new Architect(ports, world.settings("agent"), Progress.NONE);
  }

  /** The records of an execution. */
  List<Entry> log(String execution) {
    return world.journal.read(execution).stream().map(r -> Entry.read(r).orElseThrow()).toList();
  }
}
