package dev.deployclaw.core.language.value;

/** What a reading lacks of a request, the least first. */
public enum ReadingLoss {
  NONE,
  /** Only when it holds, or who agrees. */
  CONDITION,
  /** Names, values and operations that may belong to something else. */
  PART,
  /** What may turn or end the order, or orders nothing by itself, where no source is. */
  ASIDE,
  /** What turns, ends or guards the order. */
  ORDER;

  /** The graver of the two. */
  public ReadingLoss with(ReadingLoss other) {
    return compareTo(other) < 0 ? other : this;
  }
}
