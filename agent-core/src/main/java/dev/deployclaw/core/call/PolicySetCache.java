package dev.deployclaw.core.call;

import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.wire.StoredPolicySet;
import dev.deployclaw.policy.wire.StoredPolicySet.Manifest;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads policy sets from the state store, and decodes each once: of one that is known only the
 * manifest is read again and when its keys were written, so damage since is found all the same. One
 * is decoded at a time; who comes second waits for the first. What is kept goes when memory is
 * short. Any thread.
 */
public final class PolicySetCache {
  /** What is committed, a candidate beside it, and the epoch before. */
  private static final int MOST_SETS = 3;

  /** Bytes of a set whose digest takes longer than a thread to start. */
  private static final int LARGE = 1 << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private volatile List<Known> known = List.of();

  /**
   * A set as it was read.
   *
   * @param revisions when each of its keys was last written
   */
  private record Known(
      long epoch, Manifest promise, Map<String, Long> revisions, SoftReference<PolicySet> set) {}

  /**
   * The set that lies in the state store for an epoch; empty when it is missing, damaged or
   * another.
   *
   * @param digest whether the digest that its manifest promises is wanted
   */
  public Optional<PolicySet> read(StateStore state, long epoch, Predicate<String> digest)
      throws InterruptedException {
    var manifest = state.get(StoredPolicySet.manifestKey(epoch));
    if (manifest.isEmpty()) {
      return Optional.empty();
    }
    try {
      var promise = Manifest.parse(manifest.get().value());
      if (!digest.test(promise.digest())) {
        return Optional.empty();
      }
      var found = find(state, epoch, promise);
      return Optional.of(found == null ? decodedOnce(state, epoch, manifest.get()) : found);
    } catch (StoredPolicySet.DamagedSetException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private PolicySet decodedOnce(StateStore state, long epoch, StateStore.Entry manifest)
      throws InterruptedException {
    lock.lockInterruptibly();
    try {
      var found = find(state, epoch, Manifest.parse(manifest.value()));
      return found == null ? decoded(state, epoch, manifest) : found;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable PolicySet find(StateStore state, long epoch, Manifest promise)
      throws InterruptedException {
    for (var one : known) {
      var set = one.set().get();
      if (set != null && one.epoch() == epoch && one.promise().equals(promise)) {
        var now = state.revisions(StoredPolicySet.prefix(epoch));
        return now.entrySet().containsAll(one.revisions().entrySet()) ? set : null;
      }
    }
    return null;
  }

  private PolicySet decoded(StateStore state, long epoch, StateStore.Entry manifest)
      throws InterruptedException {
    var promise = Manifest.parse(manifest.value());
    var revisions = new TreeMap<>(Map.of(manifest.key(), manifest.modRevision()));
    List<byte[]> chunks = new ArrayList<>();
    for (int i = 0; i < promise.chunks(); i++) {
      state
          .get(StoredPolicySet.chunkKey(epoch, i))
          .ifPresent(chunk -> {
            chunks.add(chunk.value());
            revisions.put(chunk.key(), chunk.modRevision());
          });
    }
    var set = parsed(promise, StoredPolicySet.unpack(promise, chunks));
    var fresh = new Known(epoch, promise, revisions, new SoftReference<>(set));
    var others = known.stream().filter(one -> one.epoch() != epoch);
    known = Stream.concat(Stream.of(fresh), others).limit(MOST_SETS).toList();
    return set;
  }

  /** The digest of a large one is compared meanwhile, on a thread of its own. */
  private static PolicySet parsed(Manifest promise, byte[] bytes) throws InterruptedException {
    if (bytes.length < LARGE) {
      promise.require(bytes);
      return PolicySet.parse(bytes);
    }
    var digest =
        new FutureTask<>(() -> {
          promise.require(bytes);
          return bytes;
        });
    Thread.ofPlatform().daemon().name("policy-digest").start(digest);
    try {
      var set = PolicySet.parse(bytes);
      await(digest);
      return set;
    } catch (RuntimeException e) {
      await(digest); // what isn't the set needn't be one
      throw e;
    }
  }

  private static void await(FutureTask<byte[]> digest) throws InterruptedException {
    try {
      var _ = digest.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error fatal) {
        throw fatal;
      }
      throw new IllegalArgumentException(e.getCause());
    }
  }
}
