package dev.deployclaw.executors.etcd;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.executors.sandbox.Fanout;
import dev.deployclaw.executors.sandbox.GatewayFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * One configuration store. Only the agent that leads writes here, by {@link FencedWrites}. {@code
 * active} moves in one transaction and never to a lower epoch, but for the way back to before the
 * first change.
 */
final class ServedPrefix implements Fanout.Member {
  /** How often a write starts again when something moved under its hands. */
  private static final int MOST_TRIES = 3;

  /** More keys that aren't ours aren't told. */
  private static final int MOST_FOREIGN = 20;

  /** Of the keys that are ours. */
  private static final Pattern EPOCH =
      Pattern.compile("(epochs/(\\d{1,18})/)(manifest|tenants/[^/]+)");

  private static final String STORED = "stored";

  private final String name;
  private final StateStore store;
  private final FencedWrites writes;

  ServedPrefix(String name, StateStore store) {
    this.name = name;
    this.store = store;
    this.writes = new FencedWrites(name, store);
  }

  @Override
  public String member() {
    return name;
  }

  /**
   * The digest is that of what services really read: the documents are read and compared, and kept
   * if changed.
   */
  Report observe() throws InterruptedException {
    var active = store.get(Served.KEY);
    var facts = new TreeMap<String, Object>();
    active.ifPresent(a -> facts.put("active", text(a)));
    var served = active.flatMap(a -> Served.parse(a.value()));
    if (served.isEmpty()) {
      return Report.yes(name, "", facts);
    }
    facts.put("epoch", served.get().epoch());
    var there = ServedSet.read(store, served.get().epoch());
    var wrong = changed(there, served.get());
    if (wrong.isEmpty()) {
      return Report.yes(name, served.get().digest(), facts);
    }
    facts.put(STORED, there.facts());
    return new Report(name, Report.Answer.NO, "", wrong.get(), facts);
  }

  /** For a look: the same without what it holds, which is for a checkpoint. */
  Report scan() throws InterruptedException {
    var seen = observe();
    var facts = new TreeMap<>(seen.facts());
    facts.remove(STORED);
    var keys = store.keys("");
    facts.put(GatewayFile.KEPT, kept(keys));
    var foreign = keys.stream().filter(ServedPrefix::foreign).limit(MOST_FOREIGN).toList();
    if (!foreign.isEmpty()) {
      facts.put("foreign", foreign);
    }
    return new Report(seen.member(), seen.answer(), seen.digest(), seen.reason(), facts);
  }

  /** Which epoch it serves, and the term of who wrote last. */
  Report marks() throws InterruptedException {
    long epoch =
        store.get(Served.KEY).flatMap(a -> Served.parse(a.value())).map(Served::epoch).orElse(0L);
    return Report.yes(name, "", Map.of("epoch", epoch, "term", writes.term()));
  }

  /** Idempotent by (epoch, digest); what was changed by hand of that very set is written over. */
  Report stage(Activation activation, Fence fence) throws InterruptedException {
    var wanted = ServedSet.of(activation);
    long epoch = activation.epoch();
    var there = ServedSet.read(store, epoch);
    if (there.same(wanted)) {
      return staged(activation);
    }
    if (there.digest().filter(d -> !d.equals(activation.digest())).isPresent()) {
      return Report.no(name, "epoch " + epoch + " holds another policy set");
    }
    var refused = writes.raise(fence);
    if (refused.isPresent()) {
      return refused.get();
    }
    List<Write> all = new ArrayList<>(extra(there, wanted, epoch));
    all.addAll(wanted.writes(epoch));
    return writes.write(all, fence).orElse(staged(activation));
  }

  /** The vote: what was read back is what the set comes to. */
  Report prepare(Activation activation) throws InterruptedException {
    var there = ServedSet.read(store, activation.epoch());
    if (!there.whole()) {
      return Report.no(name, "epoch " + activation.epoch() + " isn't stored");
    }
    return there.same(ServedSet.of(activation))
        ? Report.yes(name, activation.digest(), Map.of())
        : Report.no(name, "what is stored of epoch " + activation.epoch() + " differs");
  }

  Report publish(Activation activation, Fence fence) throws InterruptedException {
    var refused = writes.raise(fence);
    if (refused.isPresent()) {
      return refused.get();
    }
    var wanted = wanted(activation);
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      var active = store.get(Served.KEY);
      var newer = active.flatMap(a -> Served.parse(a.value())).filter(a -> later(a, activation));
      if (newer.isPresent()) {
        return Report.no(name, "epoch " + newer.get().epoch() + " is active there already");
      }
      if (same(active, wanted)) {
        return Report.yes(name, activation.digest(), Map.of());
      }
      Write write =
          wanted
              .<Write>map(bytes -> new Write.Put(Served.KEY, bytes))
              .orElse(new Write.Delete(Served.KEY));
      var failed = writes.write(List.of(write), fence, Condition.unmoved(Served.KEY, active));
      if (failed.isEmpty()) {
        return Report.yes(name, activation.digest(), Map.of());
      }
    }
    return Report.unknown(name, "the active epoch moves under its hands");
  }

  Report converge(Activation activation) throws InterruptedException {
    var active = store.get(Served.KEY);
    if (!same(active, wanted(activation))) {
      return Report.no(
          name,
          "serves "
              + active.map(ServedPrefix::text).orElse("nothing")
              + ", not what was committed");
    }
    if (activation.restores().isPresent()) {
      return Report.yes(name, activation.digest(), Map.of());
    }
    return ServedSet.read(store, activation.epoch()).same(ServedSet.of(activation))
        ? Report.yes(name, activation.digest(), Map.of())
        : Report.no(name, "what is stored of epoch " + activation.epoch() + " was changed");
  }

  /** Removes an epoch that isn't active. */
  Report discard(long epoch, Fence fence) throws InterruptedException {
    var active = store.get(Served.KEY);
    var served = active.flatMap(a -> Served.parse(a.value()));
    if (served.filter(s -> s.epoch() == epoch).isPresent()) {
      return Report.no(name, "epoch " + epoch + " is active");
    }
    var removals = Batches.removals(store, ServedSet.prefix(epoch), ServedSet.manifestKey(epoch));
    var done = Report.yes(name, "", Map.of("removed", (long) removals.size()));
    if (removals.isEmpty()) {
      return done;
    }
    var refused = writes.raise(fence);
    return refused.isPresent()
        ? refused.get()
        : writes.write(removals, fence, Condition.unmoved(Served.KEY, active)).orElse(done);
  }

  /** A reason where the epoch that is served isn't what its manifest and digest say. */
  private static Optional<String> changed(ServedSet there, Served served) {
    if (!there.whole()) {
      return Optional.of("serves epoch " + served.epoch() + ", of which nothing is stored");
    }
    return there.intact(served.digest())
        ? Optional.empty()
        : Optional.of("what is stored of epoch " + served.epoch() + " was changed");
  }

  /** What {@code active} has to say; empty where nothing was there before the first change. */
  private Optional<byte[]> wanted(Activation activation) {
    if (activation.restores().isEmpty()) {
      return Optional.of(Served.of(activation).bytes());
    }
    return activation
        .restores()
        .get()
        .of("configuration", name)
        .flatMap(facts -> Optional.ofNullable(facts.get("active")))
        .map(text -> String.valueOf(text).getBytes(StandardCharsets.UTF_8));
  }

  private static boolean later(Served there, Activation activation) {
    return activation.restores().isEmpty() && there.epoch() > activation.epoch();
  }

  /** What a half-written stage left that the set doesn't have. */
  private static List<Write> extra(ServedSet there, ServedSet wanted, long epoch) {
    return there.documents().keySet().stream()
        .filter(tenant -> !wanted.documents().containsKey(tenant))
        .<Write>map(tenant -> new Write.Delete(ServedSet.prefix(epoch) + "tenants/" + tenant))
        .toList();
  }

  /** The epochs of which something is stored, and where. */
  private static Map<String, Object> kept(Collection<String> keys) {
    var found = new TreeMap<String, Object>();
    for (String key : keys) {
      var ours = EPOCH.matcher(key);
      if (ours.matches()) {
        found.put(ours.group(2), ours.group(1));
      }
    }
    return found;
  }

  private static boolean foreign(String key) {
    return !key.equals(Served.KEY)
        && !key.equals(FencedWrites.KEY)
        && !EPOCH.matcher(key).matches();
  }

  private Report staged(Activation activation) {
    return Report.yes(
        name, activation.digest(), Map.of("tenants", (long) activation.set().tenants().size()));
  }

  private static boolean same(Optional<Entry> active, Optional<byte[]> wanted) {
    return active.isPresent() == wanted.isPresent()
        && active.filter(a -> !Arrays.equals(a.value(), wanted.orElseThrow())).isEmpty();
  }

  private static String text(Entry entry) {
    return new String(entry.value(), StandardCharsets.UTF_8);
  }
}
