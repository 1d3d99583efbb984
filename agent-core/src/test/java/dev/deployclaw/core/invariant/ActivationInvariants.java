package dev.deployclaw.core.invariant;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.fake.FakeStateStore;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeKind;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.wire.StoredPolicySet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The invariants of activation, by the numbers of the design: checked after every transaction, and
 * once more when all is quiet.
 */
public final class ActivationInvariants {
  private final FakeEstate world;
  private final RecordInvariants records;
  private final ApprovalInvariant approvals;
  private final RollbackInvariant waysBack;
  private final List<String> broken = new ArrayList<>();
  private final Map<String, Change> changes = new TreeMap<>();
  private final Map<Long, String> contents = new TreeMap<>();
  private Optional<CommittedEpoch> last = Optional.empty();
  private long lastEpoch;
  private long remembered;
  private long forgotten;

  /** A change as it was stored last. */
  private record Change(Entry entry, ChangeExecution execution) {}

  public ActivationInvariants(FakeEstate world) {
    this(
        world,
        new RecordInvariants(world),
        new ApprovalInvariant(world),
        new RollbackInvariant(world));
  }

  private ActivationInvariants(
      FakeEstate world,
      RecordInvariants records,
      ApprovalInvariant approvals,
      RollbackInvariant waysBack) {
    this.world = world;
    this.records = records;
    this.approvals = approvals;
    this.waysBack = waysBack;
    contents.put(0L, PolicySet.EMPTY.digest());
  }

  /** What they know by now, of another world that stands the same. */
  public synchronized ActivationInvariants copy(FakeEstate elsewhere) {
    var copy =
        new ActivationInvariants(
            elsewhere,
            records.copy(elsewhere),
            approvals.copy(elsewhere),
            waysBack.copy(elsewhere));
    copy.broken.addAll(broken);
    copy.changes.putAll(changes);
    copy.contents.putAll(contents);
    copy.last = last;
    copy.lastEpoch = lastEpoch;
    copy.remembered = remembered;
    copy.forgotten = forgotten;
    return copy;
  }

  /**
   * The store is another one. What it says holds from now on, but no epoch that was ever given out
   * is given out again, and members may be ahead of it until they are told.
   */
  public synchronized void restored() {
    forgotten = contents.keySet().stream().max(Long::compare).orElse(0L);
    changes.clear();
    for (var entry : world.store.list(StoreKeys.CHANGES)) {
      changes.put(entry.key(), new Change(entry, ChangeExecution.read(entry.value())));
    }
    last = world.active();
    remembered = last.map(CommittedEpoch::epoch).orElse(0L);
    lastEpoch = 0;
    records.restored();
  }

  /** What was broken so far; empty when all is well. */
  public List<String> broken() {
    var all = new ArrayList<String>();
    synchronized (this) {
      all.addAll(broken);
    }
    world.participants().forEach(p -> all.addAll(p.violations()));
    all.addAll(world.store.violations());
    all.addAll(records.broken());
    all.addAll(approvals.broken());
    all.addAll(waysBack.broken());
    return all;
  }

  public synchronized void check(FakeStateStore store) {
    epochsIncrease(store);
    moved(store);
    store
        .get(StoreKeys.ACTIVE)
        .map(e -> CommittedEpoch.read(e.value()))
        .ifPresent(a -> active(store, a));
    onlyOneOpen(store);
    readers();
    records.heads();
  }

  /** At rest: everyone acts on what is committed, nothing is open, and every chain is whole. */
  public synchronized void checkAtRest() {
    if (world.store.get(StoreKeys.OPEN).isPresent()) {
      broken.add("I9: something is still open");
    }
    world
        .active()
        .flatMap(CommittedEpoch::candidate)
        .ifPresent(c -> broken.add("A4: a candidate is left: " + c));
    String committed =
        world.active().map(CommittedEpoch::digest).map(ActivationInvariants::live).orElse(live(""));
    if (!world.live().equals(List.of(committed))) {
      broken.add("A4: a third state: " + world.live() + ", committed is " + committed);
    }
    if (!world.store.list(StoreKeys.WRITE_BACK).isEmpty()) {
      broken.add("something is still to be written back");
    }
    readers();
    kept();
    var executions = records.checkAtRest();
    executions.forEach(approvals::checkAtRest);
    broken.addAll(new ResultInvariant(world).checkAtRest(executions));
  }

  /** What members act on that act on this. */
  private static String live(String digest) {
    return digest.isEmpty() || digest.equals(PolicySet.EMPTY.digest())
        ? FakeParticipant.ORIGINAL
        : digest;
  }

  private void epochsIncrease(FakeStateStore store) {
    long epoch =
        store
            .get(StoreKeys.EPOCH)
            .map(e -> Long.parseLong(new String(e.value(), StandardCharsets.UTF_8)))
            .orElse(0L);
    if (epoch < lastEpoch) {
      broken.add("I2: epoch went back to " + epoch);
    }
    lastEpoch = epoch;
  }

  /** Each change that this transaction moved. */
  private void moved(FakeStateStore store) {
    for (var entry : store.list(StoreKeys.CHANGES)) {
      var before = changes.get(entry.key());
      if (before == null || before.entry().modRevision() != entry.modRevision()) {
        var x = ChangeExecution.read(entry.value());
        moved(before, x);
        records.moved(x, entry.modRevision());
        if (x.state() instanceof ChangeState.Committed
            || x.state() instanceof ChangeState.Widened) {
          approvals.activates(x);
        }
        changes.put(entry.key(), new Change(entry, x));
      }
    }
  }

  private void moved(@Nullable Change before, ChangeExecution x) {
    if (before == null) {
      if (contents.put(x.epoch(), x.digest()) != null) {
        broken.add("I2: epoch " + x.epoch() + " was given out twice");
      }
      return;
    }
    var was = before.execution();
    waysBack.moved(was, x);
    if (was.state().over() && !Arrays.equals(before.entry().value(), x.bytes())) {
      broken.add("I9: " + x.id() + " was over and changed");
    }
    if (was.state().committed() && !x.state().committed()) {
      broken.add("I9: " + x.id() + " was committed, and is " + x.state());
    }
    if (x.turn() != was.turn() + 1) {
      broken.add("I9: " + x.id() + " went from turn " + was.turn() + " to " + x.turn());
    }
  }

  private void active(FakeStateStore store, CommittedEpoch active) {
    if (last.filter(active::equals).isPresent()) {
      return;
    }
    long before = last.map(CommittedEpoch::epoch).orElse(0L);
    if (active.epoch() == before) {
      cohort(active);
      return;
    }
    if (active.epoch() < before) {
      broken.add("I2: active went from " + before + " to " + active.epoch());
    }
    if (active.predecessor() != before) {
      broken.add("I1: epoch " + active.epoch() + " doesn't know that " + before + " was active");
    }
    last = Optional.of(active);
    var entry = store.get(StoreKeys.ACTIVE).orElseThrow();
    var marker = store.get(StoreKeys.checkpoint(active.epoch()));
    if (marker.isEmpty() || marker.get().modRevision() >= entry.modRevision()) {
      broken.add("I3: no checkpoint before the activation of epoch " + active.epoch());
    }
    var x =
        Optional.ofNullable(changes.get(StoreKeys.change(active.change()))).map(Change::execution);
    if (x.filter(c -> c.state() instanceof ChangeState.Committed).isEmpty()) {
      broken.add("I1: epoch " + active.epoch() + " is active without a change that committed it");
      return;
    }
    committed(store, active, x.get());
  }

  private void committed(FakeStateStore store, CommittedEpoch active, ChangeExecution x) {
    boolean votes =
        x.kind().back()
            || world.participants().stream()
                .allMatch(p -> p.voted(active.epoch(), active.digest()));
    if (!votes) {
      broken.add("I4: committed without all votes: epoch " + active.epoch());
    }
    if (x.kind() == ChangeKind.FORWARD && store.get(StoreKeys.FREEZE).isPresent()) {
      broken.add("the kill switch was on when epoch " + active.epoch() + " was committed");
    }
    if (!x.kind().back()) {
      stored(store, active);
    }
    objectHolds(x);
  }

  /** Each move of a cohort is a step of its own, with votes; it grows, becomes all, or goes. */
  private void cohort(CommittedEpoch now) {
    if (last.isEmpty()) {
      broken.add("I1: epoch 0 is active");
      return;
    }
    var before = last.get();
    last = Optional.of(now);
    if (now.step() != before.step() + 1) {
      broken.add("A1: step " + before.step() + " is followed by " + now.step());
    }
    if (!now.digest().equals(before.digest()) || !now.change().equals(before.change())) {
      broken.add("A3: the base moved with a cohort");
    }
    now.candidate().ifPresent(c -> candidate(before, c));
  }

  private void candidate(CommittedEpoch before, CommittedEpoch.Candidate now) {
    if (before.candidate().filter(c -> c.cohort() >= now.cohort()).isPresent()) {
      broken.add("A3: a cohort shrank to " + now.cohort());
    }
    boolean votes = world.participants().stream().allMatch(p -> p.voted(now.epoch(), now.digest()));
    if (!votes) {
      broken.add("I4: widened without all votes: epoch " + now.epoch());
    }
    objectHolds(world.change(now.change()).orElseThrow());
  }

  private void stored(FakeStateStore store, CommittedEpoch active) {
    var manifest = store.get(StoredPolicySet.manifestKey(active.epoch()));
    boolean same =
        manifest
            .filter(m -> StoredPolicySet.Manifest.parse(m.value()).digest().equals(active.digest()))
            .isPresent();
    if (!same) {
      broken.add("I1: the stored copy of epoch " + active.epoch() + " isn't what active says");
    }
  }

  private void objectHolds(ChangeExecution x) {
    if (x.checkpoint().isEmpty() || !x.checkpoint().get().stored()) {
      return;
    }
    var checkpoint = x.checkpoint().get();
    var read = world.objects.read(checkpoint.object());
    boolean holds =
        read instanceof ObjectStore.Get.Found(byte[] bytes)
            && CanonicalJson.sha256(bytes).equals(checkpoint.sha256());
    if (!holds && !(read instanceof ObjectStore.Get.Failed)) {
      broken.add("I3: the checkpoint's object doesn't hash to its name");
    }
  }

  private void onlyOneOpen(FakeStateStore store) {
    String open =
        store
            .get(StoreKeys.OPEN)
            .map(e -> new String(e.value(), StandardCharsets.UTF_8))
            .orElse("");
    for (var change : changes.values()) {
      var x = change.execution();
      boolean lends =
          x.state() instanceof ChangeState.Undoing && open.startsWith(x.id() + "-undo-");
      if (x.state().open() && !x.id().equals(open) && !lends) {
        broken.add("I9: " + x.id() + " is under way, and open is " + open);
      }
    }
  }

  /**
   * Readers act on what is committed or on what was before it, except for who was thrown back
   * behind what it had acknowledged, whom a person left out of a way back, and until who failed to
   * go back is mended.
   */
  private void readers() {
    var allowed = new TreeSet<String>();
    allowed.add(content(last.map(CommittedEpoch::epoch).orElse(0L)));
    allowed.add(content(last.map(CommittedEpoch::predecessor).orElse(0L)));
    boolean stranded =
        changes.values().stream()
            .anyMatch(c -> c.execution().state() instanceof ChangeState.Failed);
    for (var participant : world.participants()) {
      for (var reader : participant.standings()) {
        if (reader.live().equals(FakeParticipant.NOTHING)) {
          broken.add("I16: " + reader.member() + " has no rules of epoch " + reader.epoch());
        }
        boolean ahead = reader.epoch() > remembered && reader.epoch() <= forgotten;
        boolean excused =
            reader.thrownBack()
                || stranded
                || ahead
                || RollbackInvariant.isLeftOut(world.store, reader.member(), reader.epoch());
        if (!excused && !allowed.contains(content(reader.epoch()))) {
          broken.add("I5: " + reader.member() + " acts on epoch " + reader.epoch() + ", " + last);
        }
      }
    }
  }

  private String content(long epoch) {
    return contents.getOrDefault(epoch, "of nobody");
  }

  /** What is active, what it can go back to, and what is held is still there. */
  private void kept() {
    var needed = new TreeSet<Long>();
    last.ifPresent(a -> needed.add(a.epoch()));
    last.ifPresent(a -> needed.add(a.predecessor()));
    changes.values().stream()
        .map(Change::execution)
        .filter(x -> x.state() instanceof ChangeState.Held)
        .forEach(x -> needed.add(x.epoch()));
    needed.removeIf(e -> content(e).equals(PolicySet.EMPTY.digest()));
    for (long epoch : needed) {
      if (world.store.get(StoredPolicySet.manifestKey(epoch)).isEmpty()) {
        broken.add("I14: epoch " + epoch + " is needed and was collected");
      }
    }
  }
}
