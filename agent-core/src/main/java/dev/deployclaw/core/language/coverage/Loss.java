package dev.deployclaw.core.language.coverage;

/** What a reading lacks of a request, the least first. */
public enum Loss {
  NONE,
  /** Only when it holds, or who agrees. */
  CONDITION,
  /** Names, values and operations that may belong to something else. */
  PART,
  /** What may turn, end or guard the order. */
  ORDER;

  Loss with(Loss other) {
    return compareTo(other) < 0 ? other : this;
  }
}
