package dev.deployclaw.policy.document;

/** The text can't be taken as a document at all. */
public final class UnreadableDocumentException extends Exception {
  private final YamlFault fault;
  private final transient TextPosition at;
  private final String remedy;

  /** What kind of fault it is, for readers with words of their own. */
  public enum YamlFault {
    SYNTAX,
    SIZE,
    ANCHOR,
    TAG,
    OTHER
  }

  UnreadableDocumentException(YamlFault fault, TextPosition at, String what, String remedy) {
    super(what);
    this.fault = fault;
    this.at = at;
    this.remedy = remedy;
  }

  public YamlFault fault() {
    return fault;
  }

  /** Counted from 1; 0 where the fault has no place. */
  public int line() {
    return at.line();
  }

  /** What is wrong, in the words of the parser where the syntax is. */
  public String what() {
    return String.valueOf(getMessage());
  }

  /** A problem of the line, or of the whole source. */
  public DocumentProblem problem(String source) {
    return new DocumentProblem(source, "", line(), line() == 0 ? 0 : 1, said(), remedy);
  }

  public void addTo(ProblemCollector problems) {
    problems.add("", line() == 0 ? TextPosition.START : at, said(), remedy);
  }

  private String said() {
    return fault == YamlFault.SYNTAX ? "not YAML: " + what() : what();
  }
}
