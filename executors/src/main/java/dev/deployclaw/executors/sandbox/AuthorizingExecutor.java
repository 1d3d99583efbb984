package dev.deployclaw.executors.sandbox;

import dev.deployclaw.core.grant.GrantVerifier;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ForwardingExecutor;
import dev.deployclaw.core.spi.Invocation;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets through the operations that are allowed by name, each call once, by the grant that came with
 * it; everything else is denied, and told in the log of the process that runs it.
 */
final class AuthorizingExecutor extends ForwardingExecutor {
  private static final Logger LOG = LoggerFactory.getLogger(AuthorizingExecutor.class);

  private final Set<String> allowed;
  private final GrantVerifier check;

  AuthorizingExecutor(BackendExecutor inner, Set<String> allowed, GrantVerifier check) {
    super(inner);
    this.allowed = Set.copyOf(allowed);
    this.check = check;
  }

  @Override
  public CallOutcome execute(Invocation call) throws InterruptedException {
    var refusal = refusal(call);
    if (refusal.isPresent()) {
      LOG.atWarn()
          .addKeyValue("operation", call.operation())
          .addKeyValue("execution", call.grant().map(g -> g.purpose().execution()).orElse(""))
          .addKeyValue("reason", refusal.get())
          .log("call refused");
      return CallOutcome.failed(new CallFault.Ungranted(refusal.get()));
    }
    return super.execute(call);
  }

  private Optional<String> refusal(Invocation call) {
    return allowed.contains(call.operation())
        ? check.refusal(call)
        : Optional.of(call.operation() + " was refused at the sandbox: it is not allowed here");
  }
}
