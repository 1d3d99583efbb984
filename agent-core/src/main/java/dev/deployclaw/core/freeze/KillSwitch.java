package dev.deployclaw.core.freeze;

import dev.deployclaw.core.election.CurrentTermCondition;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Result;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import java.util.List;
import java.util.Optional;

/**
 * Turns the key that every opening and every commit compares. Under the current term, but without
 * leadership: it has to work against an agent that leads. Any thread. Throws {@link
 * StateStore.Unreachable} where nothing was turned.
 */
public record KillSwitch(StateStore state) {
  private static final int MOST_TRIES = 4;

  /** How turning it ended. */
  public sealed interface Turn {
    record Turned(Optional<FreezeRecord> before) implements Turn {}

    /** It stood there already; the freeze as it was read. */
    record Already(Optional<FreezeRecord> freeze) implements Turn {}

    /** The answers were lost, or somebody else turns it all the time. */
    record Unknown(String reason) implements Turn {}
  }

  public Turn freeze(FreezeRecord freeze) throws InterruptedException {
    return turn(Optional.of(freeze));
  }

  public Turn thaw() throws InterruptedException {
    return turn(Optional.empty());
  }

  /** Where an answer was lost, the next round reads whether it was applied. */
  private Turn turn(Optional<FreezeRecord> wanted) throws InterruptedException {
    String reason = "another person switched it meanwhile";
    boolean doubted = false;
    var before = Optional.<FreezeRecord>empty();
    try {
      for (int i = 0; i < MOST_TRIES; i++) {
        var there = state.get(StoreKeys.FREEZE);
        var freeze = there.map(e -> FreezeRecord.read(e.value()));
        if (there.isPresent() == wanted.isPresent()) {
          return doubted && freeze.equals(wanted)
              ? new Turn.Turned(before)
              : new Turn.Already(freeze);
        }
        before = freeze;
        switch (state.transact(transaction(there, wanted))) {
          case Result.Applied _ -> {
            return new Turn.Turned(before);
          }
          case Result.Unknown(String why) -> {
            reason = why;
            doubted = true;
          }
          case Result.Refused() -> {}
        }
      }
      return new Turn.Unknown(reason);
    } catch (Unreachable e) {
      return unread(e, doubted, reason);
    }
  }

  /** Only where no answer was lost, "unreachable" means that nothing was turned. */
  private static Turn unread(Unreachable e, boolean doubted, String reason) {
    if (!doubted) {
      throw e;
    }
    return new Turn.Unknown(reason + ", and it can't be read: " + e.getMessage());
  }

  private Transaction transaction(Optional<Entry> there, Optional<FreezeRecord> wanted)
      throws InterruptedException {
    var conditions =
        List.of(CurrentTermCondition.of(state), Condition.unmoved(StoreKeys.FREEZE, there));
    List<Write> writes =
        wanted
            .<List<Write>>map(f ->
                List.of(
                    new Write.Put(StoreKeys.FREEZE, f.bytes()),
                    new Write.Put(StoreKeys.LAST_FREEZE, f.bytes())))
            .orElse(List.of(new Write.Delete(StoreKeys.FREEZE)));
    return new Transaction(conditions, writes);
  }
}
