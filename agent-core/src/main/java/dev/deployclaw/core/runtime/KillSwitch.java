package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Freeze;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Result;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.spi.StateStore.Write;
import java.util.List;
import java.util.Optional;

/**
 * Turns the key that every opening and every commit compares. Under the current term, but without
 * leadership: it has to work against an agent that leads. Any thread. Throws {@link
 * StateStore.Unreachable} where nothing was turned.
 */
final class KillSwitch {
  private static final int MOST_TRIES = 4;

  private final StateStore state;

  KillSwitch(StateStore state) {
    this.state = state;
  }

  /** How turning it ended. */
  sealed interface Turn {
    /** The freeze that stood there before. */
    record Turned(Optional<Freeze> before) implements Turn {}

    /** It stood there already; the freeze as it was read. */
    record Already(Optional<Freeze> freeze) implements Turn {}

    /** The answers were lost, or somebody else turns it all the time. */
    record Unknown(String reason) implements Turn {}
  }

  Turn freeze(Freeze freeze) throws InterruptedException {
    return turn(Optional.of(freeze));
  }

  Turn thaw() throws InterruptedException {
    return turn(Optional.empty());
  }

  /** Where an answer was lost, the next round reads whether it was applied. */
  private Turn turn(Optional<Freeze> wanted) throws InterruptedException {
    String reason = "somebody else turned it meanwhile";
    boolean doubted = false;
    var before = Optional.<Freeze>empty();
    try {
      for (int i = 0; i < MOST_TRIES; i++) {
        var there = state.get(Keys.FREEZE);
        var freeze = there.map(e -> Freeze.read(e.value()));
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

  private Transaction transaction(Optional<Entry> there, Optional<Freeze> wanted)
      throws InterruptedException {
    var conditions = List.of(CurrentTerm.of(state), Condition.unmoved(Keys.FREEZE, there));
    List<Write> writes =
        wanted
            .<List<Write>>map(f ->
                List.of(
                    new Write.Put(Keys.FREEZE, f.bytes()),
                    new Write.Put(Keys.LAST_FREEZE, f.bytes())))
            .orElse(List.of(new Write.Delete(Keys.FREEZE)));
    return new Transaction(conditions, writes);
  }
}
