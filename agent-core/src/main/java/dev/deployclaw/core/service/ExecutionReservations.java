package dev.deployclaw.core.service;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.election.CurrentTermCondition;
import dev.deployclaw.core.journal.ExecutionIdAllocator;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Gives ids to tasks that are accepted now and carried out later, so that no other agent takes the
 * same, and remembers callers' idempotency keys, so that a repeated call to any agent finds the
 * first one's execution. Each is one transaction under the current term, without leadership: it
 * moves nothing that an agent acts on. Any thread. Throws {@link Unreachable} where the state store
 * can't be reached.
 *
 * @param owner where the tasks are kept that this object reserves for
 */
public record ExecutionReservations(AgentPorts ports, String owner) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_TRIES = 8;

  /** How often a task is carried out that is cut off each time. */
  private static final int MOST_ATTEMPTS = 3;

  /** Half of what etcd takes in one transaction. */
  private static final int FORGOTTEN_AT_ONCE = 64;

  /** In the key of a reservation: its agent may have a log of the execution that no other sees. */
  private static final String BEGUN = "begun";

  /** In the key of a reservation that was replaced: how often it was begun. */
  private static final String ATTEMPTS = "attempts";

  /**
   * A caller's idempotency key.
   *
   * @param hash of the key and its caller, hex
   * @param fingerprint of what was asked, hex
   * @param nonce differs for each call, so that a lost answer can be told from another's
   */
  public record Key(String hash, String fingerprint, String nonce) {}

  /** How a reservation ended. */
  public sealed interface Reserved {
    String execution();

    record Fresh(String execution) implements Reserved {}

    /**
     * The key was given before, for the same.
     *
     * @param owner who reserved it then
     */
    record Again(String execution, String owner) implements Reserved {}

    /** The key was given before, for something else. */
    record Conflict(String execution) implements Reserved {}
  }

  public Reserved reserve(Optional<Key> key) throws InterruptedException {
    for (int i = 0; i < MOST_TRIES; i++) {
      var known = key.isPresent() ? known(key.get()) : Optional.<Reserved>empty();
      if (known.isPresent()) {
        return known.get();
      }
      String execution = ids().next(true);
      if (take(execution, key)) {
        return new Reserved.Fresh(execution);
      }
    }
    var cause = new IllegalStateException(MOST_TRIES + " tries");
    throw new Unreachable("no execution id could be reserved", cause);
  }

  /**
   * Whether an execution has a log that other agents can see; its first records are in the state
   * store, or in the bucket alone.
   */
  public boolean hasLog(String execution) throws InterruptedException {
    var places = List.of(StoreKeys.auditHead(execution), StoreKeys.auditCopy(execution));
    return !ports.state().get(places).isEmpty();
  }

  public TaskProgress progress(String execution) throws InterruptedException {
    return progress().of(execution);
  }

  /**
   * Makes a reservation this object's that another agent holds and hasn't begun. It and {@link
   * #begin} move the same key, so only one of the two agents carries the execution out.
   *
   * @param hash of the key under which it was reserved
   * @return whether the execution is this object's now, and wasn't begun
   */
  public boolean takeOver(String hash, String execution) throws InterruptedException {
    for (int i = 0; i < MOST_TRIES; i++) {
      var claim = claim(hash, execution);
      if (claim.isEmpty() || claim.get().begun()) {
        return false;
      }
      if (claim.get().owner().equals(owner)) {
        return true; // the answer of an earlier try was lost
      }
      var _ = move(claim.get(), Map.of(), List.of(CurrentTermCondition.of(ports.state())));
    }
    return false;
  }

  /**
   * Marks a reservation as begun, so that no other agent takes it over under the same id.
   *
   * @param hash of the key under which it was reserved
   * @return whether it may begin: not where another agent took it over, or where it was forgotten
   */
  public boolean begin(String hash, String execution) throws InterruptedException {
    for (int i = 0; i < MOST_TRIES; i++) {
      var claim = claim(hash, execution);
      if (claim.isEmpty() || !claim.get().owner().equals(owner)) {
        return false;
      }
      if (claim.get().begun()) {
        return true;
      }
      var _ =
          move(claim.get(), Map.of(BEGUN, true), List.of(CurrentTermCondition.of(ports.state())));
    }
    return false;
  }

  /**
   * Makes a reservation this object's that another agent began and didn't come to commit, under
   * another id: that agent may have a log of the first one. Only the leader may, after recovery,
   * and the other agent asks {@link #owns} when it leads, so of the two only one carries the task
   * out.
   *
   * @param hash of the key under which it was reserved
   * @param execution reserved by this object
   * @return whether the task is this object's now, and begun
   */
  public boolean replace(String hash, String begun, String execution, Leadership leadership)
      throws InterruptedException {
    for (int i = 0; i < MOST_TRIES; i++) {
      if (owns(hash, execution)) {
        return true; // the answer of an earlier try was lost
      }
      var claim = claim(hash, begun);
      var far = progress().of(begun);
      boolean mayBegin = far == TaskProgress.UNSEEN || far == TaskProgress.CUT_OFF;
      if (claim.isEmpty() || !mayBegin || claim.get().attempts() >= MOST_ATTEMPTS) {
        return false;
      }
      var conditions = new ArrayList<>(leadership.conditions());
      if (far == TaskProgress.UNSEEN) {
        conditions.add(new Condition.Absent(StoreKeys.auditHead(begun)));
        conditions.add(new Condition.Absent(StoreKeys.auditCopy(begun)));
      }
      int attempts = claim.get().attempts() + 1;
      var _ =
          move(
              claim.get(),
              Map.of("execution", execution, BEGUN, true, ATTEMPTS, attempts),
              conditions);
    }
    return false;
  }

  /** Whether a task that was cut off isn't carried out any more. */
  public boolean isGivenUp(String hash, String execution) throws InterruptedException {
    return claim(hash, execution).filter(c -> c.attempts() >= MOST_ATTEMPTS).isPresent();
  }

  /**
   * Whether a reservation is this object's. While an agent leads, no other replaces one.
   *
   * @param hash of the key under which it was reserved
   */
  public boolean owns(String hash, String execution) throws InterruptedException {
    return claim(hash, execution).filter(c -> c.owner().equals(owner)).isPresent();
  }

  /** Who holds a reservation, as its key has it. */
  private record Claim(Entry entry, String owner, boolean begun, int attempts) {}

  private Optional<Claim> claim(String hash, String execution) throws InterruptedException {
    return ports
        .state()
        .get(StoreKeys.taskKey(hash))
        .filter(e -> json(e).path("execution").asText().equals(execution))
        .map(ExecutionReservations::claim);
  }

  private static Claim claim(Entry entry) {
    var json = json(entry);
    return new Claim(
        entry,
        json.path("owner").asText(),
        json.path(BEGUN).asBoolean(false),
        json.path(ATTEMPTS).asInt(1));
  }

  /** To this object's owner; whether that succeeded, the next look says. */
  private StateStore.Result move(
      Claim claim, Map<String, Object> changes, List<Condition> conditions)
      throws InterruptedException {
    var fields =
        JSON.convertValue(json(claim.entry()), new TypeReference<TreeMap<String, Object>>() {});
    fields.put("owner", owner);
    fields.putAll(changes);
    String key = claim.entry().key();
    var all = new ArrayList<>(conditions);
    all.add(new Condition.Unmoved(key, claim.entry().modRevision()));
    return ports
        .state()
        .transact(new Transaction(all, List.of(new Write.Put(key, CanonicalJson.bytes(fields)))));
  }

  /**
   * Forgets all that was reserved before, in as many transactions as it takes; says how many
   * entries that were. What another agent forgets at the same time is left to it.
   */
  public int forget(Instant before) throws InterruptedException {
    var old =
        Stream.concat(
                ports.state().list(StoreKeys.RESERVED).stream(),
                ports.state().list(StoreKeys.TASK_KEYS).stream())
            .filter(e -> json(e).path("at").asLong() < before.toEpochMilli())
            .toList();
    int gone = 0;
    for (int from = 0; from < old.size(); from += FORGOTTEN_AT_ONCE) {
      gone += forget(old.subList(from, Math.min(old.size(), from + FORGOTTEN_AT_ONCE)));
    }
    return gone;
  }

  private int forget(List<Entry> old) throws InterruptedException {
    var conditions = new ArrayList<Condition>();
    conditions.add(CurrentTermCondition.of(ports.state()));
    old.forEach(e -> conditions.add(new Condition.Unmoved(e.key(), e.modRevision())));
    List<Write> writes = old.stream().<Write>map(e -> new Write.Delete(e.key())).toList();
    var result = ports.state().transact(new Transaction(conditions, writes));
    return result instanceof StateStore.Result.Applied ? old.size() : 0;
  }

  private Optional<Reserved> known(Key key) throws InterruptedException {
    return ports
        .state()
        .get(StoreKeys.taskKey(key.hash()))
        .map(ExecutionReservations::json)
        .map(there -> {
          String execution = there.path("execution").asText();
          if (there.path("nonce").asText().equals(key.nonce())) {
            return new Reserved.Fresh(execution); // the answer of an earlier try was lost
          }
          return there.path("fingerprint").asText().equals(key.fingerprint())
              ? new Reserved.Again(execution, there.path("owner").asText())
              : new Reserved.Conflict(execution);
        });
  }

  private boolean take(String execution, Optional<Key> key) throws InterruptedException {
    var conditions = new ArrayList<>(ids().free(execution));
    var writes = new ArrayList<Write>();
    long now = ports.time().instant().toEpochMilli();
    writes.add(ids().taking(execution));
    if (key.isPresent()) {
      var k = key.get();
      var value =
          Map.of(
              "at", now,
              "execution", execution,
              "fingerprint", k.fingerprint(),
              "nonce", k.nonce(),
              "owner", owner);
      conditions.add(new Condition.Absent(StoreKeys.taskKey(k.hash())));
      writes.add(new Write.Put(StoreKeys.taskKey(k.hash()), CanonicalJson.bytes(value)));
    }
    return ports.state().transact(new Transaction(conditions, writes))
        instanceof StateStore.Result.Applied;
  }

  private static JsonNode json(Entry entry) {
    try {
      return JSON.readTree(entry.value());
    } catch (IOException e) {
      throw new UncheckedIOException(entry.key() + " isn't JSON", e);
    }
  }

  private ExecutionIdAllocator ids() {
    return new ExecutionIdAllocator(ports);
  }

  private TaskProgressReader progress() {
    return new TaskProgressReader(ports);
  }
}
