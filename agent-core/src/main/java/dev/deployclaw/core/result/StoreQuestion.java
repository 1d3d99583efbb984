package dev.deployclaw.core.result;

import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.util.function.Function;

/** A question that only the state store can answer, and the one answer when it can't be reached. */
@FunctionalInterface
public interface StoreQuestion<T> {
  /** Asks; throws {@link Unreachable} when the state store can't be reached. */
  T ask() throws InterruptedException;

  /**
   * The answer, or what is said instead when the state store can't be reached.
   *
   * @param unreachable makes it of the reason
   */
  static <T> T answer(StoreQuestion<T> question, Function<String, T> unreachable)
      throws InterruptedException {
    try {
      return question.ask();
    } catch (Unreachable e) {
      return unreachable.apply(reason(e));
    }
  }

  static String reason(Unreachable e) {
    return "the state store can't be reached: " + e.getMessage();
  }
}
