package dev.deployclaw.core.journal.chain;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.store.ChainLink;
import dev.deployclaw.core.store.StoreKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the chain over executions, for those who check it. Links come as their stored bytes, since
 * what is no link belongs to what is checked.
 */
public record ChainReader(AgentPorts ports) {
  /** The most links that are read from the bucket, one call each. */
  private static final int MOST = 1_000_000;

  /**
   * As the state store holds it.
   *
   * @throws Unreachable when it can't be read
   */
  public List<byte[]> stored() throws InterruptedException {
    return ports.state().list(StoreKeys.CHAIN).stream().map(Entry::value).toList();
  }

  /**
   * As the bucket holds it, up to the first link that isn't there. Where a number was given out
   * twice the older link is taken: what was written since doesn't hide it.
   *
   * @throws Unreachable when it can't be read
   */
  public List<byte[]> copied() throws InterruptedException {
    List<byte[]> out = new ArrayList<>();
    var last = ChainLink.START;
    while (out.size() < MOST) {
      var next = after(last);
      if (next.isEmpty()) {
        return out;
      }
      out.add(next.get());
      last = ChainLink.read(next.get()).orElseThrow();
    }
    return out;
  }

  private Optional<byte[]> after(ChainLink last) throws InterruptedException {
    for (int variant = 0; variant < ChainLink.MOST_VARIANTS; variant++) {
      var there = read(ChainLink.object(last.number() + 1, variant));
      if (there.isEmpty() || follows(last, there.get())) {
        return there;
      }
    }
    return Optional.empty();
  }

  private static boolean follows(ChainLink last, byte[] bytes) {
    return ChainLink.read(bytes)
        .filter(link -> link.number() == last.number() + 1 && link.prev().equals(last.hash()))
        .isPresent();
  }

  private Optional<byte[]> read(String object) throws InterruptedException {
    return switch (ports.objects().read(object)) {
      case ObjectStore.Get.Found(byte[] bytes) -> Optional.of(bytes);
      case ObjectStore.Get.Absent() -> Optional.empty();
      case ObjectStore.Get.Failed(var fault) ->
          throw new Unreachable(
              ports.objects().locate(object) + " can't be read: " + fault.reason(),
              new IllegalStateException(object));
    };
  }
}
