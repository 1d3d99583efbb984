package dev.deployclaw.policy.model;

import java.util.Arrays;
import java.util.Optional;

/** What becomes of a request whose tenant a token should say, and no valid token does. */
public enum InvalidTokenAction {
  /** It is refused, and told that it needs a token (401). */
  REFUSE("refuse"),
  /** It falls under the policy {@code default}, as that of an unknown tenant does. */
  DEFAULT("default");

  private final String word;

  InvalidTokenAction(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  public static Optional<InvalidTokenAction> ofWord(String word) {
    return Arrays.stream(values()).filter(u -> u.word.equals(word)).findFirst();
  }
}
