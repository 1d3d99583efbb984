package dev.deployclaw.skills.sheet;

import java.util.List;
import java.util.Optional;

/**
 * A SKILL.md cut in two. Delimiters are whole lines, so {@code ---} inside a value cuts nothing.
 *
 * @param yaml the lines between the delimiters
 * @param yamlLine the line of the file on which {@code yaml} starts, from 1
 * @param body the lines after them
 * @param bodyLine the line of the file on which {@code body} starts, from 1
 */
public record FrontMatter(List<String> yaml, int yamlLine, List<String> body, int bodyLine) {
  private static final String DELIMITER = "---";

  public FrontMatter {
    yaml = List.copyOf(yaml);
    body = List.copyOf(body);
  }

  public static Optional<FrontMatter> split(SourceText text, DiagnosticCollector findings) {
    var lines = text.lines();
    int open = firstNonBlank(lines);
    if (open == lines.size() || !delimiter(lines.get(open))) {
      findings.error(1, "there is no front matter", "start the file with a line ---");
      return Optional.empty();
    }
    if (open > 0) {
      findings.violation(1, "there are blank lines before the front matter", "remove them");
    }
    int close = open + 1;
    while (close < lines.size() && !delimiter(lines.get(close))) {
      close++;
    }
    if (close == lines.size()) {
      findings.error(open + 1, "the front matter isn't closed", "end it with a line ---");
      return Optional.empty();
    }
    return Optional.of(
        new FrontMatter(
            lines.subList(open + 1, close),
            open + 2,
            lines.subList(close + 1, lines.size()),
            close + 2));
  }

  private static int firstNonBlank(List<String> lines) {
    int i = 0;
    while (i < lines.size() && lines.get(i).isBlank()) {
      i++;
    }
    return i;
  }

  private static boolean delimiter(String line) {
    return line.stripTrailing().equals(DELIMITER);
  }
}
