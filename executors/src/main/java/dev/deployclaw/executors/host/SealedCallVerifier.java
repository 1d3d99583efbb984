package dev.deployclaw.executors.host;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.deployclaw.core.grant.EffectClass;
import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.grant.UsedGrants;
import dev.deployclaw.executors.protocol.v1.GrantedCall;
import dev.deployclaw.executors.protocol.v1.SealedCall;
import dev.deployclaw.executors.wire.CallCodec;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Whether a host may perform a call: the agent's kernel sealed just these bytes, the host offers
 * the operation, no later leader acted, and the grant is neither expired nor used. What is let
 * through is used up. The seal is checked before the bytes are read. For any thread.
 */
public final class SealedCallVerifier {
  private final GrantKey key;
  private final Map<String, Set<String>> offered;
  private final LongSupplier clock;
  private final UsedGrants<Long> used = new UsedGrants<>();

  /** Of the leaders whose acts were let through. */
  private final AtomicLong latestTerm = new AtomicLong();

  /**
   * @param offered verbs by executor; a look's verb stands behind {@link #LOOK}
   * @param clock {@link System#nanoTime}
   */
  SealedCallVerifier(GrantKey key, Map<String, Set<String>> offered, LongSupplier clock) {
    this.key = key;
    this.offered = Map.copyOf(offered);
    this.clock = clock;
  }

  /** So that a look can't be spelled like an act. */
  static final String LOOK = "look ";

  /** Whether a call may be performed now. */
  public sealed interface Verdict {
    /** It may, once: its grant is used up. */
    record Granted(GrantedCall call) implements Verdict {}

    /**
     * @param operation that it asks for, where its seal is good
     * @param execution that its grant names, where its seal is good
     */
    record Refused(String operation, String execution, String reason) implements Verdict {}
  }

  public Verdict verify(SealedCall message) {
    byte[] bytes = message.getCall().toByteArray();
    if (!key.sealed(bytes, message.getSeal().toByteArray())) {
      return new Verdict.Refused(
          "",
          "",
          "its seal is wrong: it was edited, or no agent that this host was started for made it");
    }
    try {
      return verify(GrantedCall.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      return new Verdict.Refused("", "", "it can't be read");
    }
  }

  private Verdict verify(GrantedCall call) {
    String verb = CallCodec.verb(call);
    var verbs = offered.get(call.getExecutor());
    if (verbs == null) {
      return refused(call, "this host has no such executor");
    }
    if (!verbs.contains(call.hasLook() ? LOOK + verb : verb)) {
      return refused(call, "this host offers no such operation");
    }
    if (call.getGrant().isEmpty() || call.getTimeoutNanos() <= 0) {
      return refused(call, "its grant has no number, or it has no time");
    }
    var effect = CallCodec.effect(call);
    if (effect.needsExecution() && call.getPurpose().getExecution().isEmpty()) {
      return refused(call, effect.word() + " needs an execution, and its grant names none");
    }
    long now = clock.getAsLong();
    if (now >= call.getExpiresMonotonicNanos()) {
      return refused(call, "its grant expired");
    }
    return (effect == EffectClass.OBSERVE ? Optional.<String>empty() : deposed(call))
        .or(() -> used.use(call.getGrant(), call.getExpiresMonotonicNanos(), now))
        .map(why -> refused(call, why))
        .orElseGet(() -> new Verdict.Granted(call));
  }

  /** Why the leader that orders an act leads no more; empty where it may, or none orders it. */
  private Optional<String> deposed(GrantedCall call) {
    long term = call.getFence().getTerm();
    long latest = latestTerm.accumulateAndGet(term, Math::max);
    return term == 0 || term == latest
        ? Optional.empty()
        : Optional.of("its leader is of term " + term + ", and one of term " + latest + " acted");
  }

  private static Verdict refused(GrantedCall call, String reason) {
    return new Verdict.Refused(
        call.getExecutor() + "." + CallCodec.verb(call), call.getPurpose().getExecution(), reason);
  }
}
