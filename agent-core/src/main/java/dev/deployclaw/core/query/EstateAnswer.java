package dev.deployclaw.core.query;

import dev.deployclaw.core.language.EstateQuestion;
import dev.deployclaw.core.result.ExitCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What reading answers to a question.
 *
 * @param exit {@code UNREACHABLE} where nothing could be read
 * @param statements the weightiest first
 * @param unknown what couldn't be read, isn't measured, or was left out
 */
public record EstateAnswer(
    EstateQuestion question, ExitCode exit, List<Statement> statements, List<String> unknown) {
  /**
   * A sentence, and the record or the numbers that it rests on.
   *
   * @param evidence JSON-like
   */
  public record Statement(String text, Map<String, Object> evidence) {}

  public EstateAnswer {
    statements = List.copyOf(statements);
    unknown = List.copyOf(unknown);
  }

  /** As many statements as the question asks for; the rest is counted. */
  public static EstateAnswer of(
      EstateQuestion question, List<Statement> statements, List<String> unknown) {
    int more = statements.size() - question.rows();
    var gaps = new ArrayList<>(unknown);
    if (more > 0 && question.rows() == EstateQuestion.MOST_ROWS) {
      gaps.add(more + " more rows aren't shown");
    }
    var shown = statements.stream().limit(question.rows()).toList();
    return new EstateAnswer(question, ExitCode.OK, shown, gaps);
  }

  public static EstateAnswer unreachable(EstateQuestion question, String reason) {
    return new EstateAnswer(question, ExitCode.UNREACHABLE, List.of(), List.of(reason));
  }

  /** For JSON documents. */
  public Map<String, Object> toMap() {
    var out = new LinkedHashMap<String, Object>();
    out.put("topic", question.topic().word());
    out.put("arguments", question.arguments());
    out.put("text", statements.stream().map(Statement::text).collect(Collectors.joining("\n")));
    out.put("rows", statements);
    out.put("unknown", unknown);
    return out;
  }
}
