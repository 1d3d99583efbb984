package dev.deployclaw.core.fake;

import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.policy.wire.StoredPolicySet;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The participant that keeps policy sets in the state store. */
final class FakePolicyStore implements BackendExecutor {
  private static final String MEMBER = "etcd/policies";
  private final FakeStateStore store;

  FakePolicyStore(FakeStateStore store) {
    this.store = store;
  }

  @Override
  public String name() {
    return "etcd";
  }

  @Override
  public Set<String> verbs() {
    return PARTICIPANT_VERBS;
  }

  @Override
  public CallOutcome execute(Invocation invocation) {
    return switch (invocation.call()) {
      case ExecutorCall.Observe _ -> yes(active());
      case ExecutorCall.Stage(EpochSpec a) -> termed(invocation.fence(), () -> stage(a));
      case ExecutorCall.Prepare(EpochSpec a) -> prepare(a);
      case ExecutorCall.Publish(EpochSpec a) -> committed(a);
      case ExecutorCall.Converge(EpochSpec a) -> committed(a);
      case ExecutorCall.Discard(long epoch) -> termed(invocation.fence(), () -> discard(epoch));
      case ExecutorCall.Look _, ExecutorCall.SpecialCall _ ->
          CallOutcome.failed(new CallFault.Invalid("no such verb"));
    };
  }

  /** As the real one: whoever isn't of the current term writes nothing. */
  private CallOutcome termed(FencingToken fence, Supplier<CallOutcome> act) {
    long term =
        store
            .get(StoreKeys.TERM)
            .map(e -> Long.parseLong(new String(e.value(), StandardCharsets.UTF_8)))
            .orElse(0L);
    return term == fence.term()
        ? act.get()
        : CallOutcome.failed(new CallFault.Conflict("the term is no longer " + fence.term()));
  }

  private CallOutcome stage(EpochSpec a) {
    var stored = StoredPolicySet.encode(a.set().bytes(), a.digest());
    for (int i = 0; i < stored.chunks().size(); i++) {
      store.put(StoredPolicySet.chunkKey(a.epoch(), i), stored.chunks().get(i));
    }
    store.put(StoredPolicySet.manifestKey(a.epoch()), stored.manifest());
    return yes(a.digest());
  }

  private CallOutcome prepare(EpochSpec a) {
    var manifest = store.get(StoredPolicySet.manifestKey(a.epoch()));
    boolean there =
        manifest
            .filter(m -> StoredPolicySet.Manifest.parse(m.value()).digest().equals(a.digest()))
            .isPresent();
    return there ? yes(a.digest()) : no("isn't stored");
  }

  private CallOutcome committed(EpochSpec a) {
    return active().equals(a.digest()) ? yes(a.digest()) : no("active says something else");
  }

  /** Nobody may ever be told to remove what somebody needs (I14). */
  private CallOutcome discard(long epoch) {
    var active = store.get(StoreKeys.ACTIVE).map(e -> CommittedEpoch.read(e.value()));
    boolean live = active.filter(a -> a.epoch() == epoch || a.predecessor() == epoch).isPresent();
    var changes =
        store.list(StoreKeys.CHANGES).stream().map(e -> ChangeExecution.read(e.value())).toList();
    boolean held = changes.stream().anyMatch(x -> holds(x, epoch));
    long latest =
        changes.stream()
            .filter(x -> x.state() instanceof ChangeState.Completed)
            .filter(x -> active.filter(a -> a.epoch() > x.epoch()).isPresent())
            .mapToLong(ChangeExecution::epoch)
            .max()
            .orElse(0);
    if (live || held || latest == epoch) {
      throw new AssertionError("I14: epoch " + epoch + " is needed, and was to be removed");
    }
    store.list(StoredPolicySet.prefix(epoch)).forEach(e -> store.delete(e.key()));
    return yes("");
  }

  private static boolean holds(ChangeExecution x, long epoch) {
    boolean letsGo =
        x.state() instanceof ChangeState.Aborting || x.state() instanceof ChangeState.Withdrawing;
    boolean own = x.epoch() == epoch && !letsGo;
    return !x.state().over() && (own || x.base().epoch() == epoch);
  }

  private String active() {
    return store.get(StoreKeys.ACTIVE).map(e -> CommittedEpoch.read(e.value()).digest()).orElse("");
  }

  private static CallOutcome yes(String digest) {
    return CallOutcome.done(List.of(MemberReport.yes(MEMBER, digest, Map.of())));
  }

  private static CallOutcome no(String reason) {
    return CallOutcome.done(List.of(MemberReport.no(MEMBER, reason)));
  }
}
