package dev.deployclaw.container.telemetry;

import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.InterceptingExecutor;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.language.RequestInterpreter;
import dev.deployclaw.core.service.ChangeService;
import java.util.List;

/** A world of fakes in real time, whose records are real and whose agent is looked at. */
final class TracedWorld {
  final FakeEstate world = new FakeEstate();

  /** What no record may hold. */
  static final String SECRET = "canary-7f3a9c0e";

  ChangeService agent(Telemetry telemetry) {
    return agent(telemetry, world.ports().planner());
  }

  ChangeService agent(Telemetry telemetry, RequestInterpreter planner) {
    var fakes =
        world.ports(
            world.store,
            world.objects,
            e ->
                telemetry.around(
                    InterceptingExecutor.known(e, (inner, call) -> inner.execute(call))),
            telemetry.around(world.journal),
            AgentClock.system());
    var ports =
        new AgentPorts(
            fakes.state(),
            fakes.objects(),
            fakes.executors(),
            new HashChainSealer(SecretRedactor.of(List.of(SECRET))),
            fakes.journal(),
            planner,
            fakes.procedures(),
            fakes.time());
    return new ChangeService(ports, world.settings("agent"), ProgressListener.NONE);
  }

  /** The records of an execution. */
  List<TraceLogEntry> log(String execution) {
    return world.journal.read(execution).stream()
        .map(r -> TraceLogEntry.read(r).orElseThrow())
        .toList();
  }
}
