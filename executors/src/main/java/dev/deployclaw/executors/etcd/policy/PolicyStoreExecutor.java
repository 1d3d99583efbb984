package dev.deployclaw.executors.etcd.policy;

import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.wire.StoredPolicySet;
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
public record PolicyStoreExecutor(StateStore store) implements BackendExecutor {
  static final String MEMBER = "etcd";

  private static final String SETS = "policy/";
  private static final String MANIFEST = "/manifest";

  @Override
  public String name() {
    return "etcd";
  }

  @Override
  public Set<String> verbs() {
    return PARTICIPANT_VERBS;
  }

  @Override
  public CallOutcome execute(Invocation call) throws InterruptedException {
    try {
      return perform(call.call(), call.fence());
    } catch (Unreachable e) {
      return CallOutcome.failed(new CallFault.Unavailable(String.valueOf(e.getMessage())));
    }
  }

  /**
   * The canonical bytes of the set that was staged for an epoch; empty where none was.
   *
   * @throws StoredPolicySet.DamagedSetException when what lies there is not what its manifest says
   */
  public Optional<byte[]> read(long epoch) throws InterruptedException {
    return read(store, epoch);
  }

  static Optional<byte[]> read(StateStore store, long epoch) throws InterruptedException {
    var manifest = store.get(StoredPolicySet.manifestKey(epoch));
    if (manifest.isEmpty()) {
      return Optional.empty();
    }
    int count = StoredPolicySet.Manifest.parse(manifest.get().value()).chunks();
    List<byte[]> chunks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      store.get(StoredPolicySet.chunkKey(epoch, i)).ifPresent(c -> chunks.add(c.value()));
    }
    return Optional.of(StoredPolicySet.decode(manifest.get().value(), chunks));
  }

  private CallOutcome perform(ExecutorCall call, FencingToken fence) throws InterruptedException {
    return switch (call) {
      case ExecutorCall.Observe() -> observe();
      case ExecutorCall.Stage(EpochSpec activation) ->
          new PolicySetWriter(store).stage(activation, fence);
      case ExecutorCall.Prepare(EpochSpec activation) -> prepare(activation);
      case ExecutorCall.Publish(EpochSpec activation) -> active(activation);
      case ExecutorCall.Converge(EpochSpec activation) -> active(activation);
      case ExecutorCall.Discard(long epoch) -> new PolicySetWriter(store).discard(epoch, fence);
      case ExecutorCall.Look _, ExecutorCall.SpecialCall _ ->
          CallOutcome.failed(new CallFault.Invalid("etcd has no verb " + call.verb()));
    };
  }

  /** What is stored, and the digest of the active set as it was read back. */
  private CallOutcome observe() throws InterruptedException {
    var active = ActiveEpochEntry.read(store);
    var facts = new TreeMap<String, Object>();
    facts.put("epochs", stored());
    active.ifPresent(a -> facts.put("active", a.facts()));
    if (active.isEmpty() || active.get().epoch() == 0) {
      return one(MemberReport.yes(MEMBER, "", facts));
    }
    long epoch = active.get().epoch();
    try {
      var set = read(epoch);
      if (set.isEmpty()) {
        return one(
            MemberReport.no(MEMBER, "the set of the active epoch " + epoch + " isn't stored"));
      }
      return one(MemberReport.yes(MEMBER, CanonicalJson.sha256(set.get()), facts));
    } catch (StoredPolicySet.DamagedSetException e) {
      return one(
          MemberReport.no(MEMBER, "the set of the active epoch " + epoch + ": " + e.getMessage()));
    }
  }

  /** The manifests, by epoch, as they say of themselves. */
  private List<Map<String, Object>> stored() throws InterruptedException {
    List<Map<String, Object>> found = new ArrayList<>();
    for (Entry entry : store.list(SETS)) {
      if (!entry.key().endsWith(MANIFEST)) {
        continue;
      }
      var manifest = StoredPolicySet.Manifest.parse(entry.value());
      long epoch =
          Long.parseLong(
              entry.key().substring(SETS.length(), entry.key().length() - MANIFEST.length()));
      found.add(
          Map.of("epoch", epoch, "digest", manifest.digest(), "chunks", (long) manifest.chunks()));
    }
    return found;
  }

  /** The vote: the digest is computed from the bytes that were read back. */
  private CallOutcome prepare(EpochSpec activation) throws InterruptedException {
    try {
      var bytes = read(activation.epoch());
      if (bytes.isEmpty()) {
        return one(MemberReport.no(MEMBER, "epoch " + activation.epoch() + " isn't stored"));
      }
      String digest = CanonicalJson.sha256(bytes.get());
      return one(
          digest.equals(activation.digest())
              ? MemberReport.yes(MEMBER, digest, Map.of("bytes", (long) bytes.get().length))
              : MemberReport.no(MEMBER, "another set is stored: " + digest));
    } catch (StoredPolicySet.DamagedSetException e) {
      return one(MemberReport.no(MEMBER, String.valueOf(e.getMessage())));
    }
  }

  private CallOutcome active(EpochSpec activation) throws InterruptedException {
    var active = ActiveEpochEntry.read(store);
    boolean same =
        active.isPresent()
            && active.get().epoch() == activation.epoch()
            && active.get().digest().equals(activation.digest());
    if (same) {
      return one(
          MemberReport.yes(MEMBER, activation.digest(), Map.of("epoch", activation.epoch())));
    }
    String there = active.map(a -> "epoch " + a.epoch()).orElse("nothing");
    return one(MemberReport.no(MEMBER, "active is " + there + ", not epoch " + activation.epoch()));
  }

  static CallOutcome one(MemberReport report) {
    return CallOutcome.done(List.of(report));
  }
}
