package dev.deployclaw.core.journal;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.log.BucketCopy;
import dev.deployclaw.core.log.BucketUnavailableException;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.store.ArchivedLogMarker;
import dev.deployclaw.core.store.StoreKeys;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the state store holds of logs, or the bucket for it once they have left. */
public record StoredLogReader(StateStore state, BucketCopy bucket) {
  public StoredLogReader(AgentPorts ports) {
    this(ports.state(), ports.journal().bucket());
  }

  /**
   * Records by number, some of them missing; of a log that has left, all.
   *
   * @throws Unreachable when they can't be read
   */
  public List<byte[]> records(String execution) throws InterruptedException {
    var stored = state.list(StoreKeys.audits(execution));
    return stored.isEmpty() ? copied(execution) : stored.stream().map(Entry::value).toList();
  }

  private List<byte[]> copied(String execution) throws InterruptedException {
    var there =
        state.get(List.of(StoreKeys.auditCopy(execution), StoreKeys.auditHead(execution))).stream()
            .collect(Collectors.toMap(Entry::key, Function.identity()));
    var copy = there.get(StoreKeys.auditCopy(execution));
    var head = there.get(StoreKeys.auditHead(execution));
    if (copy == null || head == null) {
      return List.of();
    }
    try {
      return bucket.read(
          ArchivedLogMarker.read(copy.value()).head(), execution, ExecutionLog.head(head.value()));
    } catch (BucketUnavailableException e) {
      throw new Unreachable(String.valueOf(e.getMessage()), e);
    }
  }
}
