package dev.deployclaw.core.fake;

import dev.deployclaw.core.machine.Active;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.policy.wire.StoredSet;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The participant that keeps policy sets in the state store. */
final class FakePolicyStore implements Executor {
  private static final String MEMBER = "etcd/policies";
  private final FakeStore store;

  FakePolicyStore(FakeStore store) {
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
  public Outcome execute(Invocation invocation) {
    return switch (invocation.call()) {
      case Call.Observe _ -> yes(active());
      case Call.Stage(Activation a) -> termed(invocation.fence(), () -> stage(a));
      case Call.Prepare(Activation a) -> prepare(a);
      case Call.Publish(Activation a) -> committed(a);
      case Call.Converge(Activation a) -> committed(a);
      case Call.Discard(long epoch) -> termed(invocation.fence(), () -> discard(epoch));
      case Call.Look _,
          Call.Probe _,
          Call.Heartbeat _,
          Call.WriteBack _,
          Call.Lost _,
          Call.Reassert _,
          Call.Share _ ->
          Outcome.failed(new Fault.Invalid("no such verb"));
    };
  }

  /** As the real one: whoever isn't of the current term writes nothing. */
  private Outcome termed(Fence fence, Supplier<Outcome> act) {
    long term =
        store
            .get(Keys.TERM)
            .map(e -> Long.parseLong(new String(e.value(), StandardCharsets.UTF_8)))
            .orElse(0L);
    return term == fence.term()
        ? act.get()
        : Outcome.failed(new Fault.Conflict("the term is no longer " + fence.term()));
  }

  private Outcome stage(Activation a) {
    var stored = StoredSet.encode(a.set().bytes(), a.digest());
    for (int i = 0; i < stored.chunks().size(); i++) {
      store.put(StoredSet.chunkKey(a.epoch(), i), stored.chunks().get(i));
    }
    store.put(StoredSet.manifestKey(a.epoch()), stored.manifest());
    return yes(a.digest());
  }

  private Outcome prepare(Activation a) {
    var manifest = store.get(StoredSet.manifestKey(a.epoch()));
    boolean there =
        manifest
            .filter(m -> StoredSet.Manifest.parse(m.value()).digest().equals(a.digest()))
            .isPresent();
    return there ? yes(a.digest()) : no("isn't stored");
  }

  private Outcome committed(Activation a) {
    return active().equals(a.digest()) ? yes(a.digest()) : no("active says something else");
  }

  /** Nobody may ever be told to remove what somebody needs (I14). */
  private Outcome discard(long epoch) {
    var active = store.get(Keys.ACTIVE).map(e -> Active.read(e.value()));
    boolean live = active.filter(a -> a.epoch() == epoch || a.predecessor() == epoch).isPresent();
    var changes = store.list(Keys.CHANGES).stream().map(e -> Execution.read(e.value())).toList();
    boolean held = changes.stream().anyMatch(x -> holds(x, epoch));
    long latest =
        changes.stream()
            .filter(x -> x.state() instanceof State.Completed)
            .filter(x -> active.filter(a -> a.epoch() > x.epoch()).isPresent())
            .mapToLong(Execution::epoch)
            .max()
            .orElse(0);
    if (live || held || latest == epoch) {
      throw new AssertionError("I14: epoch " + epoch + " is needed, and was to be removed");
    }
    store.list(StoredSet.prefix(epoch)).forEach(e -> store.delete(e.key()));
    return yes("");
  }

  private static boolean holds(Execution x, long epoch) {
    boolean letsGo = x.state() instanceof State.Aborting || x.state() instanceof State.Withdrawing;
    boolean own = x.epoch() == epoch && !letsGo;
    return !x.state().over() && (own || x.base().epoch() == epoch);
  }

  private String active() {
    return store.get(Keys.ACTIVE).map(e -> Active.read(e.value()).digest()).orElse("");
  }

  private static Outcome yes(String digest) {
    return Outcome.done(List.of(Report.yes(MEMBER, digest, Map.of())));
  }

  private static Outcome no(String reason) {
    return Outcome.done(List.of(Report.no(MEMBER, reason)));
  }
}
