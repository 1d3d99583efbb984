package dev.deployclaw.skills.procedure;

import dev.deployclaw.skills.sheet.CodeFence;
import dev.deployclaw.skills.sheet.DiagnosticCollector;
import dev.deployclaw.skills.sheet.SkillFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The fenced {@code deployclaw-steps} block of a skill's body.
 *
 * @param yaml its text
 * @param line the line of the file on which {@code yaml} starts, from 1
 */
public record StepsBlock(String yaml, int line) {
  public static final String INFO = "deployclaw-steps";

  /** Finds the block; empty when there is none, or when a finding says why it can't be used. */
  static Optional<StepsBlock> find(SkillFile skill, DiagnosticCollector findings) {
    var fence = new CodeFence();
    var blocks = new ArrayList<StepsBlock>();
    var lines = new ArrayList<String>();
    int opened = 0;
    for (int i = 0; i < skill.body().size(); i++) {
      String line = skill.body().get(i);
      boolean opens = fence.opens(line).filter(INFO::equals).isPresent();
      if (opens) {
        opened = skill.bodyLine() + i;
      } else if (opened > 0 && fence.isOpen()) {
        lines.add(line);
      } else if (opened > 0) {
        blocks.add(new StepsBlock(String.join("\n", lines), opened + 1));
        lines.clear();
        opened = 0;
      }
    }
    return one(blocks, opened, findings);
  }

  private static Optional<StepsBlock> one(
      List<StepsBlock> blocks, int open, DiagnosticCollector findings) {
    if (open > 0) {
      findings.error(open, "the steps block isn't closed", "end it with a line ```");
      return Optional.empty();
    }
    if (blocks.size() > 1) {
      findings.error(blocks.get(1).line() - 1, "there is a second steps block", "keep one");
      return Optional.empty();
    }
    return blocks.stream().findFirst();
  }
}
