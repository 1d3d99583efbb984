package dev.deployclaw.policy.document;

import java.util.ArrayList;
import java.util.List;

/** The problems of one document as they are found. Not for use by several threads. */
public final class ProblemCollector {
  private static final int MOST_KEPT = 100;

  private final String source;
  private final List<DocumentProblem> found = new ArrayList<>();
  private int count;

  public ProblemCollector(String source) {
    this.source = source;
  }

  void add(String path, TextPosition at, String what, String remedy) {
    count++;
    if (found.size() < MOST_KEPT) {
      found.add(new DocumentProblem(source, path, at.line(), at.column(), what, remedy));
    }
  }

  public String source() {
    return source;
  }

  public int count() {
    return count;
  }

  /** The problems in the order of the text; of more than a hundred, the first found. */
  public List<DocumentProblem> all() {
    return found.stream().sorted(DocumentProblem.IN_TEXT_ORDER).toList();
  }
}
