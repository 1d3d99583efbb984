package dev.deployclaw.policy.model;

import java.util.Arrays;
import java.util.Optional;

/** How a limit counts. The word is the one in documents; the code is the one in staged rules. */
public enum LimitAlgorithm {
  TOKEN_BUCKET("token-bucket", "tb"),
  SLIDING_WINDOW("sliding-window", "sw"),
  FIXED_WINDOW("fixed-window", "fw"),
  GCRA("gcra", "gcra"),
  CONCURRENCY("concurrency", "cc");

  private final String word;
  private final String code;

  LimitAlgorithm(String word, String code) {
    this.word = word;
    this.code = code;
  }

  public String word() {
    return word;
  }

  public String code() {
    return code;
  }

  /** Whether {@code burst} says how much it admits at once; the others have no use for it. */
  public boolean bursts() {
    return this == TOKEN_BUCKET || this == GCRA;
  }

  public static Optional<LimitAlgorithm> ofWord(String word) {
    return Arrays.stream(values()).filter(a -> a.word.equals(word)).findFirst();
  }
}
