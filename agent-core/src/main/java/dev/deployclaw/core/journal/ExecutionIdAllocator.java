package dev.deployclaw.core.journal;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.election.CurrentTermCondition;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.policy.json.CanonicalJson;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Finds ids that no execution has, and takes them by a key in the state store that is only ever
 * created: of two agents that found the same one, the other takes the next. Needs no leadership,
 * since a key that is created moves nothing that an agent acts on.
 */
public record ExecutionIdAllocator(AgentPorts ports) {
  /** Each is lost to another agent's id. */
  private static final int MOST_TRIES = 16;

  /**
   * An id that is this agent's from now on.
   *
   * @throws Unreachable where the state store can't be reached, or others were faster each time
   */
  String take() throws InterruptedException {
    for (int i = 0; i < MOST_TRIES; i++) {
      String id = next(true);
      var transaction = new Transaction(free(id), List.of(taking(id)));
      if (ports.state().transact(transaction) instanceof StateStore.Result.Applied) {
        return id;
      }
    }
    var cause = new IllegalStateException(MOST_TRIES + " tries");
    throw new Unreachable("no execution id could be taken", cause);
  }

  /** One that this machine has no log of; where the state store is away, no other machine asks. */
  String local() throws InterruptedException {
    return next(false);
  }

  /** The number after the highest of the day, here and, where it can be asked, in the store. */
  public String next(boolean withStore) throws InterruptedException {
    var day = LocalDate.ofInstant(ports.time().instant(), ZoneOffset.UTC);
    String prefix = "arch-" + day + "-rate-limit-";
    Stream<String> here = ports.journal().executions().stream();
    Stream<String> there =
        withStore
            ? Stream.concat(below(StoreKeys.AUDIT_HEADS, prefix), below(StoreKeys.RESERVED, prefix))
            : Stream.empty();
    int last =
        Stream.concat(here, there)
            .filter(id -> id.startsWith(prefix))
            .mapToInt(id -> number(id.substring(prefix.length())))
            .max()
            .orElse(0);
    return prefix + "%03d".formatted(last + 1);
  }

  /** That nobody has the id, and that the term is the one read now: who waited writes nothing. */
  public List<Condition> free(String id) throws InterruptedException {
    return List.of(
        CurrentTermCondition.of(ports.state()),
        new Condition.Absent(StoreKeys.auditHead(id)),
        new Condition.Absent(StoreKeys.reserved(id)));
  }

  /** The write that makes it somebody's. */
  public Write taking(String id) {
    long now = ports.time().instant().toEpochMilli();
    return new Write.Put(StoreKeys.reserved(id), CanonicalJson.bytes(Map.of("at", now)));
  }

  private Stream<String> below(String folder, String prefix) throws InterruptedException {
    return ports.state().list(folder + prefix).stream()
        .map(StateStore.Entry::key)
        .map(key -> key.substring(folder.length()));
  }

  private static int number(String text) {
    return text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0;
  }
}
