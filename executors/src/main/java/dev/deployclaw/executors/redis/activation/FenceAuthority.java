package dev.deployclaw.executors.redis.activation;

import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.executors.member.FenceMark;
import java.nio.charset.StandardCharsets;

/** Who knows the term and the committed epoch where a primary has lost its fence. */
@FunctionalInterface
public interface FenceAuthority {
  /**
   * The highest term that was given out, and the epoch that is committed; zeros before the first.
   *
   * @throws StateStore.Unreachable when it can't be asked
   */
  FenceMark standing() throws InterruptedException;

  /** The state store, by linearizable reads. */
  static FenceAuthority of(StateStore state) {
    return () -> {
      long term =
          state
              .get(StoreKeys.TERM)
              .map(e -> Long.parseLong(new String(e.value(), StandardCharsets.UTF_8)))
              .orElse(0L);
      return state
          .get(StoreKeys.ACTIVE)
          .map(e -> CommittedEpoch.read(e.value()))
          .map(a -> new FenceMark(term, a.epoch(), a.step()))
          .orElse(new FenceMark(term, 0));
    };
  }
}
