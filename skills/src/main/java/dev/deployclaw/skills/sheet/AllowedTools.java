package dev.deployclaw.skills.sheet;

import dev.deployclaw.core.procedure.SkillAllowance;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

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

  /**
   * What of it is granted, and why the rest isn't.
   *
   * @param used what the skill's steps name: that counts where nothing is declared
   */
  public SkillAllowance narrow(OperatorPolicy operator, List<String> used) {
    var granted = new ArrayList<String>();
    var refused = new TreeMap<String, String>();
    for (String tool : stated ? declared : used) {
      operator
          .denial(tool)
          .ifPresentOrElse(denial -> refused.put(tool, denial.why()), () -> granted.add(tool));
    }
    return new SkillAllowance(stated, granted, refused);
  }

  private static void flush(StringBuilder tool, List<String> tools) {
    if (!tool.isEmpty()) {
      tools.add(tool.toString());
      tool.setLength(0);
    }
  }
}
