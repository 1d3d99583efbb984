package dev.deployclaw.policy.imports;

import java.util.ArrayList;
import java.util.List;

/** NGINX's configuration as directives, in order, each with its line and the blocks around it. */
final class NginxDirectiveParser {
  private static final int MOST_DIRECTIVES = 200_000;
  private static final int MOST_DEPTH = 64;

  private final String text;
  private int at;
  private int line = 1;

  private NginxDirectiveParser(String text) {
    this.text = text;
  }

  /**
   * @param words the name first
   * @param blocks the directives that open the blocks around it, outermost first
   * @param line counted from 1
   */
  record Directive(List<String> words, List<List<String>> blocks, int line) {
    Directive {
      words = List.copyOf(words);
      blocks = List.copyOf(blocks);
    }
  }

  /** What is unfinished at the end is left out, as is what is nested too deep. */
  static List<Directive> of(String text) {
    return new NginxDirectiveParser(text).all();
  }

  private List<Directive> all() {
    List<Directive> out = new ArrayList<>();
    List<List<String>> blocks = new ArrayList<>();
    List<String> words = new ArrayList<>();
    int began = 1;
    for (String word = next(); !word.isEmpty() && out.size() < MOST_DIRECTIVES; word = next()) {
      switch (word) {
        case ";" -> {
          if (!words.isEmpty()) {
            out.add(new Directive(words, blocks, began));
          }
          words.clear();
        }
        case "{" -> {
          if (blocks.size() < MOST_DEPTH) {
            blocks.add(List.copyOf(words));
          }
          words.clear();
        }
        case "}" -> {
          if (!blocks.isEmpty()) {
            blocks.removeLast();
          }
          words.clear();
        }
        default -> {
          began = words.isEmpty() ? line : began;
          words.add(word);
        }
      }
    }
    return out;
  }

  /** The next word or mark; empty at the end. A quoted word comes without its quotes. */
  private String next() {
    skip();
    if (at >= text.length()) {
      return "";
    }
    char c = text.charAt(at);
    if (c == ';' || c == '{' || c == '}') {
      at++;
      return String.valueOf(c);
    }
    return c == '"' || c == '\'' ? quoted(c) : bare();
  }

  private void skip() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '#') {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (Character.isWhitespace(c)) {
        line += c == '\n' ? 1 : 0;
        at++;
      } else {
        return;
      }
    }
  }

  private String quoted(char quote) {
    var out = new StringBuilder();
    for (at++; at < text.length() && text.charAt(at) != quote; at++) {
      boolean escapes = text.charAt(at) == '\\' && at + 1 < text.length();
      at += escapes ? 1 : 0;
      line += text.charAt(at) == '\n' ? 1 : 0;
      out.append(text.charAt(at));
    }
    at++;
    return out.isEmpty() ? " " : out.toString();
  }

  private String bare() {
    int start = at;
    while (at < text.length()
        && !Character.isWhitespace(text.charAt(at))
        && ";{}".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return text.substring(start, at);
  }
}
