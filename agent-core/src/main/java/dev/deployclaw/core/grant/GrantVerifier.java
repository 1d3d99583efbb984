package dev.deployclaw.core.grant;

import dev.deployclaw.core.spi.Grant;
import dev.deployclaw.core.spi.Invocation;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Whether a call may be made: its operation is in the table, and it comes with a grant of the
 * kernel for just this call that wasn't used before. What is let through is used up. Stands where
 * the executors are, apart from who grants. For any thread.
 */
public final class GrantVerifier {
  private final GrantKey key;
  private final InstantSource clock;
  private final OperationAllowlist table;
  private final UsedGrants<Instant> used = new UsedGrants<>();

  /**
   * @param clock the one that grants are made by
   */
  public GrantVerifier(GrantKey key, InstantSource clock, OperationAllowlist table) {
    this.key = key;
    this.clock = clock;
    this.table = table;
  }

  /** Why the call is refused; empty where it may be made now, which uses its grant up. */
  public Optional<String> refusal(Invocation call) {
    var effect = table.of(call.executor(), call.call());
    if (effect.isEmpty()) {
      return refused(call, "the kernel's table of operations has no such call");
    }
    if (call.grant().isEmpty()) {
      return refused(call, "it came without a grant");
    }
    var grant = call.grant().get();
    var differs = difference(call, grant);
    if (differs.isPresent()) {
      return refused(call, "its grant is for " + differs.get());
    }
    if (!key.sealed(grant)) {
      return refused(
          call,
          "its grant's seal is wrong: its number, execution, plan, step or expiry was edited, or"
              + " the kernel didn't make it");
    }
    if (effect.get().needsExecution() && grant.purpose().execution().isEmpty()) {
      return refused(call, effect.get().word() + " needs an execution, and its grant names none");
    }
    return used.use(grant.number(), grant.expires(), clock.instant())
        .flatMap(why -> refused(call, why));
  }

  /** What of the call isn't what the grant says. */
  private static Optional<String> difference(Invocation call, Grant grant) {
    if (!grant.executor().equals(call.executor())) {
      return Optional.of("another executor");
    }
    if (!grant.verb().equals(call.call().verb())) {
      return Optional.of("another operation");
    }
    return grant.arguments().equals(ArgumentsDigest.of(call))
        ? Optional.empty()
        : Optional.of("other arguments, or another fence or deadline");
  }

  private static Optional<String> refused(Invocation call, String why) {
    return Optional.of(call.operation() + " was refused at the sandbox: " + why);
  }
}
