package dev.deployclaw.executors.wire;

import dev.deployclaw.core.spi.ObservedState;
import dev.deployclaw.policy.PolicySet;
import java.util.Optional;

/** What a host keeps by its SHA-256, for the calls that name it. */
public interface ContentSource {
  /** Empty where it isn't kept. */
  Optional<byte[]> bytes(String sha256);

  /**
   * The policy set of which these are the canonical bytes; empty where it isn't kept.
   *
   * @throws IllegalArgumentException where what is kept isn't a policy set
   */
  Optional<PolicySet> set(String sha256);

  /**
   * The observation of which these are the bytes; empty where it isn't kept.
   *
   * @throws IllegalArgumentException where what is kept isn't an observation
   */
  Optional<ObservedState> restores(String sha256);
}
