package dev.deployclaw.skills.sheet;

import java.util.Optional;

/** What an operator lets skills use, whatever they declare. */
@FunctionalInterface
public interface OperatorPolicy {
  /** Whatever a skill declares: where nothing is carried out. */
  OperatorPolicy OPEN = _ -> Optional.empty();

  /** Why an operation isn't admitted; empty where it is. */
  Optional<Denial> denial(String operation);

  /** A reason and its remedy, both for people. */
  record Denial(String why, String remedy) {}
}
