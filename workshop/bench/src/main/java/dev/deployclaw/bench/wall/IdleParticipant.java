package dev.deployclaw.bench.wall;

import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Answers at once, under a name that is in the kernel's table. */
final class IdleParticipant implements BackendExecutor {
  @Override
  public String name() {
    return "redis";
  }

  @Override
  public Set<String> verbs() {
    return PARTICIPANT_VERBS;
  }

  @Override
  public CallOutcome execute(Invocation call) {
    return CallOutcome.done(List.of(MemberReport.yes("redis/one", "", Map.of("epoch", 1L))));
  }
}
