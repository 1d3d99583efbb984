package dev.deployclaw.core.environment;

/** Gives a result after a wait that an interrupt ends. */
@FunctionalInterface
public interface InterruptibleSupplier<T> {
  T get() throws InterruptedException;
}
