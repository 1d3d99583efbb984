package dev.deployclaw.core.service;

/** Why an answer to a question isn't taken. */
public record AnswerRefusal(Kind kind, String reason) {
  /** What is wrong with it. */
  public enum Kind {
    /** There is no such execution, or it asked nothing. */
    NO_QUESTION,
    /** Somebody else was asked. */
    NOT_ALLOWED,
    /** It was answered, or is too old. */
    CLOSED
  }
}
