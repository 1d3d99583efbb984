package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.BucketAway;
import dev.deployclaw.core.log.BucketCopy;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.LogCopy;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the state store holds of logs, or the bucket for it once they have left. */
final class StoredLog {
  private final StateStore state;
  private final BucketCopy bucket;

  StoredLog(Ports ports) {
    this(ports.state(), ports.journal().bucket());
  }

  StoredLog(StateStore state, BucketCopy bucket) {
    this.state = state;
    this.bucket = bucket;
  }

  /**
   * Records by number, some of them missing; of a log that has left, all.
   *
   * @throws Unreachable when they can't be read
   */
  List<byte[]> records(String execution) throws InterruptedException {
    var stored = state.list(Keys.audits(execution));
    return stored.isEmpty() ? copied(execution) : stored.stream().map(Entry::value).toList();
  }

  private List<byte[]> copied(String execution) throws InterruptedException {
    var there =
        state.get(List.of(Keys.auditCopy(execution), Keys.auditHead(execution))).stream()
            .collect(Collectors.toMap(Entry::key, Function.identity()));
    var copy = there.get(Keys.auditCopy(execution));
    var head = there.get(Keys.auditHead(execution));
    if (copy == null || head == null) {
      return List.of();
    }
    try {
      return bucket.read(
          LogCopy.read(copy.value()).head(), execution, ThoughtLog.head(head.value()));
    } catch (BucketAway e) {
      throw new Unreachable(String.valueOf(e.getMessage()), e);
    }
  }
}
