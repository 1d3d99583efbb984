package dev.deployclaw.container.health;

import java.util.Optional;

/** A back end that every change needs, and how to ask whether it answers. */
public record BackendHealthCheck(String name, Check check) {

  /** Asks. Blocks, and may be interrupted. */
  @FunctionalInterface
  public interface Check {
    /** Why it doesn't answer; empty where it does. */
    Optional<String> trouble() throws InterruptedException;
  }
}
