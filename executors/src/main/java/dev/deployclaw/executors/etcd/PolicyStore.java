package dev.deployclaw.executors.etcd;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.policy.json.Canonical;
import dev.deployclaw.policy.wire.StoredSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The policy store as a participant, named {@code etcd}: it holds whole policy sets by epoch, and
 * reads {@code active} as anybody else does. It never moves {@code active}: the commit does.
 */
public final class PolicyStore implements Executor {
  static final String MEMBER = "etcd";

  private static final String SETS = "policy/";
  private static final String MANIFEST = "/manifest";

  private final StateStore store;
  private final SetWriter writer;

  public PolicyStore(StateStore store) {
    this.store = store;
    this.writer = new SetWriter(store);
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
  public Outcome execute(Invocation call) throws InterruptedException {
    try {
      return perform(call.call(), call.fence());
    } catch (Unreachable e) {
      return Outcome.failed(new Fault.Unavailable(String.valueOf(e.getMessage())));
    }
  }

  /**
   * The canonical bytes of the set that was staged for an epoch; empty where none was.
   *
   * @throws StoredSet.Damaged when what lies there is not what its manifest says
   */
  public Optional<byte[]> read(long epoch) throws InterruptedException {
    return read(store, epoch);
  }

  static Optional<byte[]> read(StateStore store, long epoch) throws InterruptedException {
    var manifest = store.get(StoredSet.manifestKey(epoch));
    if (manifest.isEmpty()) {
      return Optional.empty();
    }
    int count = StoredSet.Manifest.parse(manifest.get().value()).chunks();
    List<byte[]> chunks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      store.get(StoredSet.chunkKey(epoch, i)).ifPresent(c -> chunks.add(c.value()));
    }
    return Optional.of(StoredSet.decode(manifest.get().value(), chunks));
  }

  private Outcome perform(Call call, Fence fence) throws InterruptedException {
    return switch (call) {
      case Call.Observe() -> observe();
      case Call.Stage(Activation activation) -> writer.stage(activation, fence);
      case Call.Prepare(Activation activation) -> prepare(activation);
      case Call.Publish(Activation activation) -> active(activation);
      case Call.Converge(Activation activation) -> active(activation);
      case Call.Discard(long epoch) -> writer.discard(epoch, fence);
      case Call.Look look -> cannot(look);
      case Call.Probe _,
          Call.Heartbeat _,
          Call.WriteBack _,
          Call.Lost _,
          Call.Reassert _,
          Call.Share _ ->
          cannot(call);
    };
  }

  /** What is stored, and the digest of the active set as it was read back. */
  private Outcome observe() throws InterruptedException {
    var active = Active.read(store);
    var facts = new TreeMap<String, Object>();
    facts.put("epochs", stored());
    active.ifPresent(a -> facts.put("active", a.facts()));
    if (active.isEmpty() || active.get().epoch() == 0) {
      return one(Report.yes(MEMBER, "", facts));
    }
    long epoch = active.get().epoch();
    try {
      var set = read(epoch);
      if (set.isEmpty()) {
        return one(Report.no(MEMBER, "the set of the active epoch " + epoch + " isn't stored"));
      }
      return one(Report.yes(MEMBER, Canonical.sha256(set.get()), facts));
    } catch (StoredSet.Damaged e) {
      return one(Report.no(MEMBER, "the set of the active epoch " + epoch + ": " + e.getMessage()));
    }
  }

  /** The manifests, by epoch, as they say of themselves. */
  private List<Map<String, Object>> stored() throws InterruptedException {
    List<Map<String, Object>> found = new ArrayList<>();
    for (Entry entry : store.list(SETS)) {
      if (!entry.key().endsWith(MANIFEST)) {
        continue;
      }
      var manifest = StoredSet.Manifest.parse(entry.value());
      long epoch = epochOf(entry.key());
      found.add(
          Map.of("epoch", epoch, "digest", manifest.digest(), "chunks", (long) manifest.chunks()));
    }
    return found;
  }

  /** The vote: the digest is computed from the bytes that were read back. */
  private Outcome prepare(Activation activation) throws InterruptedException {
    try {
      var bytes = read(activation.epoch());
      if (bytes.isEmpty()) {
        return one(Report.no(MEMBER, "epoch " + activation.epoch() + " isn't stored"));
      }
      String digest = Canonical.sha256(bytes.get());
      return one(
          digest.equals(activation.digest())
              ? Report.yes(MEMBER, digest, Map.of("bytes", (long) bytes.get().length))
              : Report.no(MEMBER, "another set is stored: " + digest));
    } catch (StoredSet.Damaged e) {
      return one(Report.no(MEMBER, String.valueOf(e.getMessage())));
    }
  }

  private Outcome active(Activation activation) throws InterruptedException {
    var active = Active.read(store);
    boolean same =
        active.isPresent()
            && active.get().epoch() == activation.epoch()
            && active.get().digest().equals(activation.digest());
    if (same) {
      return one(Report.yes(MEMBER, activation.digest(), Map.of("epoch", activation.epoch())));
    }
    String there = active.map(a -> "epoch " + a.epoch()).orElse("nothing");
    return one(Report.no(MEMBER, "active is " + there + ", not epoch " + activation.epoch()));
  }

  private static long epochOf(String manifestKey) {
    return Long.parseLong(
        manifestKey.substring(SETS.length(), manifestKey.length() - MANIFEST.length()));
  }

  private static Outcome cannot(Call call) {
    return Outcome.failed(new Fault.Invalid("etcd has no verb " + call.verb()));
  }

  static Outcome one(Report report) {
    return Outcome.done(List.of(report));
  }
}
