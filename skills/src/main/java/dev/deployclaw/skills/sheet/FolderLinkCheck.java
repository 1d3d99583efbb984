package dev.deployclaw.skills.sheet;

import dev.deployclaw.skills.text.CodeFence;
import dev.deployclaw.skills.text.DiagnosticCollector;
import dev.deployclaw.skills.text.FrontMatter;
import java.util.regex.Pattern;

/**
 * The links in a skill's body: those that leave its folder are reported; reading them is refused.
 */
final class FolderLinkCheck {
  private static final Pattern LINK = Pattern.compile("\\]\\(<?([^)>\\s]+)");
  private static final int LONGEST_BODY = 500;

  private FolderLinkCheck() {}

  static void check(FrontMatter front, DiagnosticCollector findings) {
    if (front.body().size() > LONGEST_BODY) {
      findings.warning(
          front.bodyLine(), "the body is longer than 500 lines", "move detail into references/");
    }
    var fence = new CodeFence();
    for (int i = 0; i < front.body().size(); i++) {
      String line = front.body().get(i);
      if (fence.covers(line)) {
        continue;
      }
      var link = LINK.matcher(line);
      while (link.find()) {
        if (leaves(link.group(1))) {
          findings.violation(
              front.bodyLine() + i,
              "the reference " + link.group(1) + " leaves the skill's folder",
              "bring the file into the folder");
        }
      }
    }
  }

  /** Whether a link target is a path that climbs out or starts at a root. */
  static boolean leaves(String target) {
    if (target.startsWith("#") || target.matches("(?i)(https?|mailto):.*")) {
      return false;
    }
    if (target.startsWith("/") || target.startsWith("~") || target.matches("[A-Za-z]+:.*")) {
      return true;
    }
    int depth = 0;
    for (String part : target.split("[/\\\\]", -1)) {
      depth += part.equals("..") ? -1 : part.equals(".") || part.isEmpty() ? 0 : 1;
      if (depth < 0) {
        return true;
      }
    }
    return false;
  }
}
