package dev.deployclaw.policy.parse;

import java.util.ArrayList;
import java.util.List;

/** The problems of one document as they are found. Not for use by several threads. */
final class Problems {
  private static final int MOST_KEPT = 100;

  private final String source;
  private final List<Problem> found = new ArrayList<>();
  private int count;

  Problems(String source) {
    this.source = source;
  }

  void add(String path, Place at, String what, String remedy) {
    count++;
    if (found.size() < MOST_KEPT) {
      found.add(new Problem(source, path, at.line(), at.column(), what, remedy));
    }
  }

  String source() {
    return source;
  }

  int count() {
    return count;
  }

  /** The problems in the order of the text; of more than a hundred, the first found. */
  List<Problem> all() {
    return found.stream().sorted(Problem.IN_TEXT_ORDER).toList();
  }
}
