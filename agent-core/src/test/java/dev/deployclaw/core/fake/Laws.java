package dev.deployclaw.core.fake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.core.machine.Active;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.policy.json.Canonical;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The invariants of activation, by the numbers of the design: checked after every transaction, and
 * once more when all is quiet.
 */
public final class Laws {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final World world;
  private final List<String> broken = new ArrayList<>();
  private final Map<String, byte[]> over = new TreeMap<>();
  private long lastActive;
  private long lastEpoch;
  private Optional<Active> last = Optional.empty();

  Laws(World world) {
    this.world = world;
  }

  /** What was broken so far; empty when all is well. */
  public synchronized List<String> broken() {
    var all = new ArrayList<>(broken);
    world.participants().forEach(p -> all.addAll(p.violations()));
    return all;
  }

  synchronized void check(FakeStore store) {
    epochsIncrease(store);
    store
        .get(Keys.ACTIVE)
        .map(e -> Active.read(e.value()))
        .ifPresent(a -> {
          active(store, a);
          cohort(a);
          last = Optional.of(a);
        });
    List<Execution> changes =
        store.list(Keys.CHANGES).stream().map(e -> Execution.read(e.value())).toList();
    changes.forEach(this::terminalStays);
    onlyOneOpen(store, changes);
  }

  /** At rest: everyone acts on what is committed, nothing is open, and every chain is whole. */
  public synchronized void checkAtRest() {
    if (world.store.get(Keys.OPEN).isPresent()) {
      broken.add("I9: something is still open");
    }
    world
        .active()
        .flatMap(Active::candidate)
        .ifPresent(c -> broken.add("A4: a candidate is left: " + c));
    String committed = world.active().map(Active::digest).orElse(FakeParticipant.ORIGINAL);
    if (!world.live().equals(List.of(committed))) {
      broken.add("A4: a third state: " + world.live() + ", committed is " + committed);
    }
    if (!world.store.list(Keys.WRITE_BACK).isEmpty()) {
      broken.add("something is still to be written back");
    }
    world.journal.executions().forEach(this::chain);
  }

  private void epochsIncrease(FakeStore store) {
    long epoch = store.get(Keys.EPOCH).map(e -> number(e.value())).orElse(0L);
    if (epoch < lastEpoch) {
      broken.add("I2: epoch went back to " + epoch);
    }
    lastEpoch = epoch;
  }

  private void active(FakeStore store, Active active) {
    if (active.epoch() == lastActive) {
      return;
    }
    if (active.epoch() < lastActive) {
      broken.add("I2: active went back to " + active.epoch());
    }
    lastActive = active.epoch();
    var marker = store.get(Keys.checkpoint(active.epoch()));
    var entry = store.get(Keys.ACTIVE).orElseThrow();
    if (marker.isEmpty() || marker.get().modRevision() >= entry.modRevision()) {
      broken.add("I3: no checkpoint before the activation of epoch " + active.epoch());
    }
    var x = world.change(active.change()).orElseThrow();
    boolean votes =
        x.kind().back()
            || world.participants().stream()
                .allMatch(p -> p.voted(active.epoch(), active.digest()));
    if (!votes) {
      broken.add("I4: committed without all votes: epoch " + active.epoch());
    }
    objectHolds(x);
  }

  /** Each move of a cohort is a step of its own, with votes; it grows, becomes all, or goes. */
  private void cohort(Active now) {
    if (last.isEmpty() || last.get().equals(now) || last.get().epoch() != now.epoch()) {
      return;
    }
    var before = last.get();
    if (now.step() != before.step() + 1) {
      broken.add("A1: step " + before.step() + " is followed by " + now.step());
    }
    if (!now.digest().equals(before.digest()) || !now.change().equals(before.change())) {
      broken.add("A3: the base moved with a cohort");
    }
    now.candidate().ifPresent(c -> candidate(before, c));
  }

  private void candidate(Active before, Active.Candidate now) {
    if (before.candidate().filter(c -> c.cohort() >= now.cohort()).isPresent()) {
      broken.add("A3: a cohort shrank to " + now.cohort());
    }
    boolean votes = world.participants().stream().allMatch(p -> p.voted(now.epoch(), now.digest()));
    if (!votes) {
      broken.add("I4: widened without all votes: epoch " + now.epoch());
    }
    objectHolds(world.change(now.change()).orElseThrow());
  }

  private void objectHolds(Execution x) {
    var checkpoint = x.checkpoint().orElseThrow();
    if (!checkpoint.stored()) {
      return;
    }
    var read = world.objects.read(checkpoint.object());
    boolean holds =
        read instanceof ObjectStore.Get.Found(byte[] bytes)
            && Canonical.sha256(bytes).equals(checkpoint.sha256());
    if (!holds) {
      broken.add("I3: the checkpoint's object doesn't hash to its name");
    }
  }

  private void terminalStays(Execution x) {
    if (!x.state().over()) {
      return;
    }
    byte[] before = over.putIfAbsent(x.id(), x.bytes());
    if (before != null && !Arrays.equals(before, x.bytes())) {
      broken.add("I9: " + x.id() + " was over and changed");
    }
  }

  private void onlyOneOpen(FakeStore store, List<Execution> changes) {
    String open =
        store.get(Keys.OPEN).map(e -> new String(e.value(), StandardCharsets.UTF_8)).orElse("");
    for (var x : changes) {
      boolean waits = x.state() instanceof State.Undoing;
      if (x.state().open() && !x.id().equals(open) && !waits) {
        broken.add("I9: " + x.id() + " is under way, and open is " + open);
      }
    }
  }

  private void chain(String execution) {
    String prev = "";
    String phase = "";
    long seq = 0;
    for (byte[] record : world.journal.read(execution)) {
      var json = parse(record);
      if (json.path("seq").asLong() != ++seq || !json.path("prev").asText().equals(prev)) {
        broken.add("I12: the chain of " + execution + " breaks at " + seq);
        return;
      }
      prev = json.path("hash").asText();
      phase = json.path("phase").asText();
    }
    if (!phase.equals("end")) {
      broken.add("the log of " + execution + " has no end");
    }
    for (var entry : world.store.list(Keys.audits(execution))) {
      boolean there =
          world.journal.read(execution).stream().anyMatch(r -> Arrays.equals(r, entry.value()));
      if (!there) {
        broken.add("I12: " + entry.key() + " is in no journal");
      }
    }
  }

  private static JsonNode parse(byte[] record) {
    try {
      return JSON.readTree(record);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long number(byte[] value) {
    return Long.parseLong(new String(value, StandardCharsets.UTF_8));
  }
}
