package dev.deployclaw.skills;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a skill asks to use. It only narrows: what runs is what the operator admits and the skill
 * declares.
 *
 * @param declared in the order written; empty with {@code stated} false means that the skill says
 *     nothing and so narrows nothing
 */
public record AllowedTools(List<String> declared, boolean stated) {
  public static final AllowedTools UNSTATED = new AllowedTools(List.of(), false);

  public AllowedTools {
    declared = List.copyOf(declared);
  }

  /** What of it is admitted, and why the rest isn't. */
  public record Grants(List<String> granted, List<String> refused) {
    public Grants {
      granted = List.copyOf(granted);
      refused = List.copyOf(refused);
    }

    /** "declared 5, granted 3: docker.exec and redis.flush aren't admitted by the operator". */
    public String explain() {
      int declared = granted.size() + refused.size();
      String counts = "declared %d, granted %d".formatted(declared, granted.size());
      return refused.isEmpty()
          ? counts
          : counts + ": not admitted by the operator: " + String.join(", ", refused);
    }
  }

  /** Splits on white space outside of parentheses; empty when they don't balance. */
  public static Optional<AllowedTools> parse(String text) {
    var tools = new ArrayList<String>();
    var tool = new StringBuilder();
    int depth = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (depth < 0) {
        return Optional.empty();
      }
      if (Character.isWhitespace(c) && depth == 0) {
        flush(tool, tools);
      } else {
        tool.append(c);
      }
    }
    flush(tool, tools);
    return depth == 0 ? Optional.of(new AllowedTools(tools, true)) : Optional.empty();
  }

  public boolean admits(String tool) {
    return !stated || declared.contains(tool);
  }

  public Grants narrow(Set<String> admittedByOperator) {
    return new Grants(
        declared.stream().filter(admittedByOperator::contains).toList(),
        declared.stream().filter(t -> !admittedByOperator.contains(t)).toList());
  }

  private static void flush(StringBuilder tool, List<String> tools) {
    if (!tool.isEmpty()) {
      tools.add(tool.toString());
      tool.setLength(0);
    }
  }
}
