package dev.deployclaw.container.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A command that needs the whole agent: opens it, uses it, closes it. */
abstract class AgentCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private final Shared shared = new Shared();

  AgentCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public final Integer call() throws Exception {
    try (var session = Session.open(around, shared)) {
      return use(session);
    }
  }

  /** Does the work and returns the exit code. */
  abstract int use(Session session) throws InterruptedException;

  Surroundings around() {
    return around;
  }

  boolean json() {
    return shared.json();
  }
}
