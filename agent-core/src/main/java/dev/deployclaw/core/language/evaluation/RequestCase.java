package dev.deployclaw.core.language.evaluation;

import dev.deployclaw.core.language.EstateQuestion.Topic;
import dev.deployclaw.core.task.TaskOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A request with what must come of it: a line {@code kind | request | outcome} of a text file.
 *
 * @param line in its file, counted from 1
 * @param kind what it is a case of: a word for the report
 * @param request a line break in it is written as {@code \n}
 * @param expected in the words of {@link OutcomeText}
 */
public record RequestCase(int line, String kind, String request, String expected) {
  /** The most that a set has. */
  public static final int MOST_CASES = 10_000;

  private static final int PARTS = 3;
  private static final List<String> FIRST_WORDS =
      Stream.concat(
              Stream.of(OutcomeText.ASKED, OutcomeText.REFUSED, OutcomeText.QUESTION),
              Stream.of(TaskOperation.values()).map(TaskOperation::word))
          .toList();

  /**
   * A file that was read.
   *
   * @param cases all, where {@code problems} is empty
   * @param problems each with its line and what to do
   */
  public record Reading(List<RequestCase> cases, List<String> problems) {
    public Reading {
      cases = List.copyOf(cases);
      problems = List.copyOf(problems);
    }
  }

  /** Reads a set; a line that is blank or begins with # is none. */
  public static Reading read(String text) {
    var cases = new ArrayList<RequestCase>();
    var problems = new ArrayList<String>();
    int number = 0;
    for (String line : (Iterable<String>) text.lines()::iterator) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      var parts = Stream.of(line.split(" \\| ", -1)).map(String::strip).toList();
      String problem = problem(parts, cases.size());
      if (problem.isEmpty()) {
        String request = parts.get(1).replace("\\n", "\n");
        cases.add(new RequestCase(number, parts.getFirst(), request, parts.getLast()));
      } else {
        problems.add("line " + number + ": " + problem);
      }
    }
    if (cases.isEmpty() && problems.isEmpty()) {
      problems.add("it has no request; write lines of: kind | request | outcome");
    }
    return new Reading(cases, problems);
  }

  private static String problem(List<String> parts, int before) {
    if (before >= MOST_CASES) {
      return "more than " + MOST_CASES + " requests; split the file";
    }
    if (parts.size() != PARTS || parts.stream().anyMatch(String::isEmpty)) {
      return "write: kind | request | outcome, with one blank on each side of |";
    }
    var words = List.of(parts.getLast().split(" ", -1));
    if (!FIRST_WORDS.contains(words.getFirst())) {
      return "\"%s\" is no outcome; begin with one of %s"
          .formatted(words.getFirst(), String.join(", ", FIRST_WORDS));
    }
    var topics = Stream.of(Topic.values()).map(Topic::word).toList();
    boolean topic = words.size() > 1 && topics.contains(words.get(1));
    return words.getFirst().equals(OutcomeText.QUESTION) && !topic
        ? "a question is about one of " + String.join(", ", topics)
        : "";
  }
}
