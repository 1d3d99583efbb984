package dev.deployclaw.container.mcp;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * How long a call waits for its execution.
 *
 * @param until as {@link System#nanoTime} has it
 * @param connected whether somebody still waits
 * @param decided whether a held change is waited for, too
 * @param told is given each record's words
 */
public record TaskWait(
    long until, BooleanSupplier connected, boolean decided, Consumer<String> told) {

  static TaskWait of(int seconds, BooleanSupplier connected, Consumer<String> told) {
    long until = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    return new TaskWait(until, connected, false, told);
  }

  TaskWait untilDecided() {
    return new TaskWait(until, connected, true, told);
  }

  boolean goesOn() {
    return until - System.nanoTime() > 0 && connected.getAsBoolean();
  }
}
