package dev.deployclaw.core.journal.chain;

import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.ChainLink;
import dev.deployclaw.core.store.StoreKeys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies the links of the chain over executions to the bucket, where nobody can write them again.
 * It comes after what was asked for, stops at the first object that the bucket can't take, and goes
 * on at a later start; a link waits in the state store until its bytes were read back.
 */
public record ChainLinkCopier(StateStore state, ObjectStore objects) {
  /** The most that one start copies. */
  static final int AT_ONCE = 64;

  private static final Logger LOG = LoggerFactory.getLogger(ChainLinkCopier.class);

  /** Never stops what it comes after. */
  public void run(Leadership leadership) throws InterruptedException {
    try {
      var waiting = state.keys(StoreKeys.CHAIN_WAITING).stream().limit(AT_ONCE).toList();
      if (!waiting.isEmpty()) {
        forget(copied(state.get(waiting)), leadership);
      }
    } catch (Unreachable e) {
      LOG.atWarn().addKeyValue("reason", e.getMessage()).log("links of the chain wait");
    }
  }

  /** Those that are in the bucket by now; it ends at the first that the bucket can't take now. */
  private List<Entry> copied(List<Entry> waiting) throws InterruptedException {
    List<Entry> copied = new ArrayList<>();
    for (var entry : waiting) {
      var link = ChainLink.read(entry.value());
      var outcome = link.isPresent() ? copy(link.get().number(), entry.value()) : Copied.NEVER;
      if (outcome != Copied.DONE) {
        LOG.atWarn().addKeyValue("link", entry.key()).log("a link of the chain isn't copied yet");
      }
      switch (outcome) {
        case DONE -> copied.add(entry);
        case NEVER -> {}
        case NOT_NOW -> {
          return copied;
        }
      }
    }
    return copied;
  }

  private enum Copied {
    DONE,
    NOT_NOW,
    /** It isn't a link, or too many others have its number: it stays, and the others go on. */
    NEVER
  }

  private Copied copy(long number, byte[] link) throws InterruptedException {
    for (int variant = 0; variant < ChainLink.MOST_VARIANTS; variant++) {
      String name = ChainLink.object(number, variant);
      if (objects.create(name, link) instanceof ObjectStore.Put.Failed) {
        return Copied.NOT_NOW;
      }
      switch (objects.read(name)) {
        case ObjectStore.Get.Found(byte[] there) when Arrays.equals(there, link) -> {
          return Copied.DONE;
        }
        case ObjectStore.Get.Found _ ->
            LOG.atError()
                .addKeyValue("object", objects.locate(name))
                .log("Another link of the chain has this number: see deployclaw audit chain");
        case ObjectStore.Get.Absent _, ObjectStore.Get.Failed _ -> {
          return Copied.NOT_NOW;
        }
      }
    }
    return Copied.NEVER;
  }

  private void forget(List<Entry> copied, Leadership leadership) throws InterruptedException {
    if (!copied.isEmpty()) {
      var deletes = copied.stream().<Write>map(e -> new Write.Delete(e.key())).toList();
      var _ = state.transact(new Transaction(leadership.conditions(), deletes));
    }
  }
}
