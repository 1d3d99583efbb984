package dev.deployclaw.policy.document;

import java.util.Comparator;

/**
 * Something wrong in a policy document.
 *
 * @param source the document's name
 * @param path where in the document, for example {@code spec.limits[2].window}; empty for the whole
 * @param line counted from 1; 0 when the problem has no place in the text
 * @param column counted from 1; 0 when the problem has no place in the text
 * @param remedy what to do about it
 */
public record DocumentProblem(
    String source, String path, int line, int column, String what, String remedy) {

  public static final Comparator<DocumentProblem> IN_TEXT_ORDER =
      Comparator.comparing(DocumentProblem::source)
          .thenComparingInt(DocumentProblem::line)
          .thenComparingInt(DocumentProblem::column)
          .thenComparing(DocumentProblem::path)
          .thenComparing(DocumentProblem::what);

  /** One line for people: {@code source:line:column: path: what (remedy)}. */
  public String text() {
    String place = line == 0 ? source : source + ":" + line + ":" + column;
    return place + ": " + (path.isEmpty() ? "" : path + ": ") + what + " (" + remedy + ")";
  }
}
