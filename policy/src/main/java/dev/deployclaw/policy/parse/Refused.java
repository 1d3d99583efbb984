package dev.deployclaw.policy.parse;

/** The text can't be taken as a document at all. */
final class Refused extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Place at;
  private final String remedy;

  Refused(Place at, String what, String remedy) {
    super(what);
    this.at = at;
    this.remedy = remedy;
  }

  void addTo(Problems problems) {
    problems.add("", at, String.valueOf(getMessage()), remedy);
  }
}
