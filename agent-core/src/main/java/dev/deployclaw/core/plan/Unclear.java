package dev.deployclaw.core.plan;

/** Ends a compilation with a question; never leaves this package. */
final class Unclear extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Unclear(String question) {
    super(question, null, false, false);
  }

  String question() {
    return String.valueOf(getMessage());
  }
}
