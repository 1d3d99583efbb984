package dev.deployclaw.skills.sheet;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Follows the fenced code blocks of a Markdown text, line by line (CommonMark 4.5): a fence is
 * closed by one of the same character that is at least as long. One thread.
 */
public final class CodeFence {
  private static final Pattern MARK = Pattern.compile("^ {0,3}(`{3,}|~{3,})[ \t]*(.*?)[ \t]*$");

  private String open = "";

  /** Feeds the next line; whether it belongs to a fenced block, its fences included. */
  public boolean covers(String line) {
    boolean inside = isOpen();
    return opens(line).isPresent() || inside;
  }

  public boolean isOpen() {
    return !open.isEmpty();
  }

  /** Feeds the next line; the info string when this line opens a block. */
  public Optional<String> opens(String line) {
    var mark = MARK.matcher(line);
    if (!mark.matches()) {
      return Optional.empty();
    }
    String fence = mark.group(1);
    String info = mark.group(2);
    if (isOpen()) {
      boolean closes =
          fence.charAt(0) == open.charAt(0) && fence.length() >= open.length() && info.isEmpty();
      open = closes ? "" : open;
      return Optional.empty();
    }
    if (fence.charAt(0) == '`' && info.contains("`")) {
      return Optional.empty();
    }
    open = fence;
    return Optional.of(info);
  }
}
