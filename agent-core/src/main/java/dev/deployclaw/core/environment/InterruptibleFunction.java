package dev.deployclaw.core.environment;

/** Makes a result of an argument after a wait that an interrupt ends. */
@FunctionalInterface
public interface InterruptibleFunction<A, R> {
  R apply(A argument) throws InterruptedException;
}
