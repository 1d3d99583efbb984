package dev.deployclaw.executors.redis;

import dev.deployclaw.core.machine.Active;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.executors.sandbox.Mark;
import java.nio.charset.StandardCharsets;

/** Who knows the term and the committed epoch where a primary has lost its fence. */
@FunctionalInterface
public interface Authority {
  /**
   * The highest term that was given out, and the epoch that is committed; zeros before the first.
   *
   * @throws StateStore.Unreachable when it can't be asked
   */
  Mark standing() throws InterruptedException;

  /** The state store, by linearizable reads. */
  static Authority of(StateStore state) {
    return () -> {
      long term =
          state
              .get(Keys.TERM)
              .map(e -> Long.parseLong(new String(e.value(), StandardCharsets.UTF_8)))
              .orElse(0L);
      return state
          .get(Keys.ACTIVE)
          .map(e -> Active.read(e.value()))
          .map(a -> new Mark(term, a.epoch(), a.step()))
          .orElse(new Mark(term, 0));
    };
  }
}
