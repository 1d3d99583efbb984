package dev.deployclaw.executors.sandbox;

import dev.deployclaw.core.grant.GrantCheck;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets through the operations that are allowed by name, each call once, by the grant that came with
 * it; everything else is denied, and told in the log of whoever runs it.
 */
final class Guarded implements Executor {
  private static final Logger LOG = LoggerFactory.getLogger(Guarded.class);

  private final Executor inner;
  private final Set<String> allowed;
  private final GrantCheck check;

  Guarded(Executor inner, Set<String> allowed, GrantCheck check) {
    this.inner = inner;
    this.allowed = Set.copyOf(allowed);
    this.check = check;
  }

  @Override
  public String name() {
    return inner.name();
  }

  @Override
  public Set<String> verbs() {
    return inner.verbs();
  }

  @Override
  public Outcome execute(Invocation call) throws InterruptedException {
    var refusal = refusal(call);
    if (refusal.isPresent()) {
      LOG.atWarn()
          .addKeyValue("operation", call.operation())
          .addKeyValue("execution", call.grant().map(g -> g.purpose().execution()).orElse(""))
          .addKeyValue("reason", refusal.get())
          .log("call refused");
      return Outcome.failed(new Fault.Ungranted(refusal.get()));
    }
    return inner.execute(call);
  }

  private Optional<String> refusal(Invocation call) {
    return allowed.contains(call.operation())
        ? check.refusal(call)
        : Optional.of(call.operation() + " was refused at the sandbox: it is not allowed here");
  }

  Executor inner() {
    return inner;
  }
}
