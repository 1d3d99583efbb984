package dev.deployclaw.policy.document;

/** The text can't be taken as a document at all. */
public final class UnreadableDocumentException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient TextPosition at;
  private final String remedy;

  UnreadableDocumentException(TextPosition at, String what, String remedy) {
    super(what);
    this.at = at;
    this.remedy = remedy;
  }

  public void addTo(ProblemCollector problems) {
    problems.add("", at, String.valueOf(getMessage()), remedy);
  }
}
