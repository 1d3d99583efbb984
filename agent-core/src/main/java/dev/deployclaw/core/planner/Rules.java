package dev.deployclaw.core.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Grammar rules by name, from a resource beside this class. A rule is a line with its name and a
 * colon, then lines with its alternatives, indented by two blanks; a line that begins with a hash
 * is a remark. Immutable.
 *
 * @param alternatives by name, in a row
 */
record Rules(String resource, Map<String, String> alternatives) {
  private static final String INDENT = "  ";

  Rules {
    alternatives = Map.copyOf(alternatives);
  }

  static Rules of(String resource) {
    var rules = new TreeMap<String, List<String>>();
    List<String> lines = List.of();
    for (String line : Lexicon.read(resource).lines().toList()) {
      if (line.startsWith(INDENT)) {
        lines.add(line.substring(INDENT.length()));
      } else if (line.endsWith(":")) {
        lines = new ArrayList<>();
        rules.put(line.substring(0, line.length() - 1), lines);
      }
    }
    var joined = new TreeMap<String, String>();
    rules.forEach((name, of) -> joined.put(name, String.join("|", of)));
    return new Rules(resource, joined);
  }

  /** Its alternatives, to be put into a group. */
  String words(String name) {
    String words = alternatives.get(name);
    if (words == null || words.isEmpty()) {
      throw new IllegalStateException(resource + " has no rule " + name);
    }
    return words;
  }

  /** Any of its alternatives, as a group. */
  String any(String name) {
    return "(?:" + words(name) + ")";
  }

  /** Whole items of a line, see {@link Phrase#rule}. */
  Pattern rule(String name) {
    return Phrase.rule(words(name));
  }
}
