package dev.deployclaw.executors.etcd.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.executors.etcd.WriteBatches;
import dev.deployclaw.executors.member.BoundedFanout;
import dev.deployclaw.executors.nginx.DesiredGatewayFile;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
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
 * One configuration store. Only the agent that leads writes here, by {@link FencedWriter}. {@code
 * active} moves in one transaction and never to a lower epoch, but for the way back to before the
 * first change.
 */
record EtcdConfigurationStore(String name, StateStore store) implements BoundedFanout.Member {
  /** How often a write starts again when something moved under its hands. */
  private static final int MOST_TRIES = 3;

  /** More keys that aren't ours aren't told. */
  private static final int MOST_FOREIGN = 20;

  /** Of the keys that are ours. */
  private static final Pattern EPOCH =
      Pattern.compile("(epochs/(\\d{1,18})/)(manifest|tenants/[^/]+)");

  private static final String STORED = "stored";

  @Override
  public String member() {
    return name;
  }

  /**
   * The digest is that of what services really read: the documents are read and compared, and kept
   * if changed.
   */
  MemberReport observe() throws InterruptedException {
    var active = store.get(ServedEpoch.KEY);
    var facts = new TreeMap<String, Object>();
    active.ifPresent(a -> facts.put("active", text(a)));
    var served = active.flatMap(a -> ServedEpoch.parse(a.value()));
    if (served.isEmpty()) {
      return MemberReport.yes(name, "", facts);
    }
    facts.put("epoch", served.get().epoch());
    var there = EpochDocuments.read(store, served.get().epoch());
    var wrong = changed(there, served.get());
    if (wrong.isEmpty()) {
      return MemberReport.yes(name, served.get().digest(), facts);
    }
    facts.put(STORED, there.facts());
    return MemberReport.no(name, wrong.get(), facts);
  }

  /** For a look: the same without what it holds, which is for a checkpoint. */
  MemberReport scan() throws InterruptedException {
    var seen = observe();
    var facts = new TreeMap<>(seen.facts());
    facts.remove(STORED);
    var keys = store.keys("");
    facts.put(DesiredGatewayFile.KEPT, kept(keys));
    var foreign =
        keys.stream().filter(EtcdConfigurationStore::foreign).limit(MOST_FOREIGN).toList();
    if (!foreign.isEmpty()) {
      facts.put("foreign", foreign);
    }
    return new MemberReport(seen.member(), seen.answer(), seen.digest(), seen.reason(), facts);
  }

  /** Which epoch it serves, and the term of who wrote last. */
  MemberReport marks() throws InterruptedException {
    long epoch =
        store
            .get(ServedEpoch.KEY)
            .flatMap(a -> ServedEpoch.parse(a.value()))
            .map(ServedEpoch::epoch)
            .orElse(0L);
    return MemberReport.yes(name, "", Map.of("epoch", epoch, "term", writes().term()));
  }

  /** Idempotent by (epoch, digest); what was changed by hand of that very set is written over. */
  MemberReport stage(EpochSpec activation, FencingToken fence) throws InterruptedException {
    var wanted = EpochDocuments.of(activation);
    long epoch = activation.epoch();
    var there = EpochDocuments.read(store, epoch);
    if (there.same(wanted)) {
      return staged(activation);
    }
    if (there.digest().filter(d -> !d.equals(activation.digest())).isPresent()) {
      return MemberReport.no(name, "epoch " + epoch + " holds another policy set");
    }
    var refused = writes().raise(fence);
    if (refused.isPresent()) {
      return refused.get();
    }
    List<Write> all = new ArrayList<>(extra(there, wanted, epoch));
    all.addAll(wanted.writes(epoch));
    return writes().write(all, fence).orElse(staged(activation));
  }

  /** The vote: what was read back is what the set comes to. */
  MemberReport prepare(EpochSpec activation) throws InterruptedException {
    var there = EpochDocuments.read(store, activation.epoch());
    if (!there.whole()) {
      return MemberReport.no(name, "epoch " + activation.epoch() + " isn't stored");
    }
    return there.same(EpochDocuments.of(activation))
        ? MemberReport.yes(name, activation.digest(), Map.of())
        : MemberReport.no(name, "the stored copy of epoch " + activation.epoch() + " differs");
  }

  MemberReport publish(EpochSpec activation, FencingToken fence) throws InterruptedException {
    var refused = writes().raise(fence);
    if (refused.isPresent()) {
      return refused.get();
    }
    var wanted = wanted(activation);
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      var active = store.get(ServedEpoch.KEY);
      var newer =
          active.flatMap(a -> ServedEpoch.parse(a.value())).filter(a -> later(a, activation));
      if (newer.isPresent()) {
        return MemberReport.no(name, "epoch " + newer.get().epoch() + " is active there already");
      }
      if (same(active, wanted)) {
        return MemberReport.yes(name, activation.digest(), Map.of());
      }
      Write write =
          wanted
              .<Write>map(bytes -> new Write.Put(ServedEpoch.KEY, bytes))
              .orElse(new Write.Delete(ServedEpoch.KEY));
      var failed =
          writes().write(List.of(write), fence, Condition.unmoved(ServedEpoch.KEY, active));
      if (failed.isEmpty()) {
        return MemberReport.yes(name, activation.digest(), Map.of());
      }
    }
    return MemberReport.unknown(name, "the active epoch keeps changing");
  }

  MemberReport converge(EpochSpec activation) throws InterruptedException {
    var active = store.get(ServedEpoch.KEY);
    if (!same(active, wanted(activation))) {
      return MemberReport.no(
          name,
          "serves "
              + active.map(EtcdConfigurationStore::text).orElse("nothing")
              + ", not what was committed");
    }
    if (activation.restores().isPresent()) {
      return MemberReport.yes(name, activation.digest(), Map.of());
    }
    return EpochDocuments.read(store, activation.epoch()).same(EpochDocuments.of(activation))
        ? MemberReport.yes(name, activation.digest(), Map.of())
        : MemberReport.no(name, "the stored copy of epoch " + activation.epoch() + " was changed");
  }

  /** Removes an epoch that isn't active. */
  MemberReport discard(long epoch, FencingToken fence) throws InterruptedException {
    var active = store.get(ServedEpoch.KEY);
    var served = active.flatMap(a -> ServedEpoch.parse(a.value()));
    if (served.filter(s -> s.epoch() == epoch).isPresent()) {
      return MemberReport.no(name, "epoch " + epoch + " is active");
    }
    var removals =
        WriteBatches.removals(
            store, EpochDocuments.prefix(epoch), EpochDocuments.manifestKey(epoch));
    var done = MemberReport.yes(name, "", Map.of("removed", (long) removals.size()));
    if (removals.isEmpty()) {
      return done;
    }
    var refused = writes().raise(fence);
    return refused.isPresent()
        ? refused.get()
        : writes().write(removals, fence, Condition.unmoved(ServedEpoch.KEY, active)).orElse(done);
  }

  /** A reason where the epoch that is served isn't what its manifest and digest say. */
  private static Optional<String> changed(EpochDocuments there, ServedEpoch served) {
    if (!there.whole()) {
      return Optional.of("serves epoch " + served.epoch() + ", which isn't stored");
    }
    return there.intact(served.digest())
        ? Optional.empty()
        : Optional.of("the stored copy of epoch " + served.epoch() + " was changed");
  }

  /** What {@code active} has to say; empty where nothing was there before the first change. */
  private Optional<byte[]> wanted(EpochSpec activation) {
    if (activation.restores().isEmpty()) {
      return Optional.of(ServedEpoch.of(activation).bytes());
    }
    return activation
        .restores()
        .get()
        .of("configuration", name)
        .flatMap(facts -> Optional.ofNullable(facts.get("active")))
        .map(text -> String.valueOf(text).getBytes(StandardCharsets.UTF_8));
  }

  private static boolean later(ServedEpoch there, EpochSpec activation) {
    return activation.restores().isEmpty() && there.epoch() > activation.epoch();
  }

  /** What a half-written stage left that the set doesn't have. */
  private static List<Write> extra(EpochDocuments there, EpochDocuments wanted, long epoch) {
    return there.documents().keySet().stream()
        .filter(tenant -> !wanted.documents().containsKey(tenant))
        .<Write>map(tenant -> new Write.Delete(EpochDocuments.prefix(epoch) + "tenants/" + tenant))
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
    return !key.equals(ServedEpoch.KEY)
        && !key.equals(FencedWriter.KEY)
        && !EPOCH.matcher(key).matches();
  }

  private MemberReport staged(EpochSpec activation) {
    return MemberReport.yes(
        name, activation.digest(), Map.of("tenants", (long) activation.set().tenants().size()));
  }

  private static boolean same(Optional<Entry> active, Optional<byte[]> wanted) {
    return active.isPresent() == wanted.isPresent()
        && active.filter(a -> !Arrays.equals(a.value(), wanted.orElseThrow())).isEmpty();
  }

  private static String text(Entry entry) {
    return new String(entry.value(), StandardCharsets.UTF_8);
  }

  /** What the key {@code active} of a configuration store tells services to read. */
  private record ServedEpoch(long epoch, String digest) {
    static final String KEY = "active";

    private static final ObjectMapper JSON = new ObjectMapper();

    static ServedEpoch of(EpochSpec activation) {
      return new ServedEpoch(activation.epoch(), activation.digest());
    }

    byte[] bytes() {
      return CanonicalJson.bytes(Map.of("epoch", epoch, "digest", digest));
    }

    /** Empty where it isn't ours: somebody else wrote it. */
    static Optional<ServedEpoch> parse(byte[] value) {
      try {
        JsonNode json = JSON.readTree(value);
        boolean ours = json.path("epoch").canConvertToLong() && json.path("digest").isTextual();
        return ours
            ? Optional.of(
                new ServedEpoch(json.path("epoch").asLong(), json.path("digest").asText()))
            : Optional.empty();
      } catch (IOException e) {
        return Optional.empty();
      }
    }
  }

  private FencedWriter writes() {
    return new FencedWriter(name, store);
  }
}
