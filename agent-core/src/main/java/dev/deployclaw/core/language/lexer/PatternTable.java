package dev.deployclaw.core.language.lexer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A data file of named patterns over a {@link TokenLine}. {@code NAME = …} is a part that others
 * write as {@code {NAME}}; {@code name: …} is a pattern; an indented line goes on. Tokens are
 * parted by one blank, and whole tokens match only.
 */
public final class PatternTable {
  private PatternTable() {}

  /** A pattern by its name; the marks behind a name are for who reads the file. */
  public record NamedPattern(String name, Pattern pattern) {}

  public static List<NamedPattern> read(Class<?> beside, String file) {
    Map<String, String> parts = new LinkedHashMap<>();
    var out = new ArrayList<NamedPattern>();
    for (String line : joined(text(beside, file), "")) {
      int equals = line.indexOf(" = ");
      int colon = line.indexOf(": ");
      boolean part = equals > 0 && (colon < 0 || equals < colon);
      String body = line.substring(part ? equals + 3 : colon + 2).strip();
      for (var entry : parts.entrySet()) {
        body = body.replace("{" + entry.getKey() + "}", "(?:" + entry.getValue() + ")");
      }
      if (part) {
        parts.put(line.substring(0, equals).strip(), body);
      } else {
        var pattern = Pattern.compile("(?<= )(?:" + body + ")(?= )");
        out.add(new NamedPattern(line.substring(0, colon).strip(), pattern));
      }
    }
    return List.copyOf(out);
  }

  private static List<String> joined(String text, String between) {
    var out = new ArrayList<String>();
    for (String line : text.lines().filter(l -> !l.isBlank() && !l.startsWith("#")).toList()) {
      if (line.startsWith("  ")) {
        out.set(out.size() - 1, out.getLast() + between + line.strip());
      } else {
        out.add(line);
      }
    }
    return out;
  }

  /** The words of a file; a line that begins with # is a comment. */
  public static Set<String> words(Class<?> beside, String file) {
    var words = new TreeSet<String>();
    for (String line : text(beside, file).lines().filter(l -> !l.startsWith("#")).toList()) {
      words.addAll(List.of(line.strip().split("\\s+", -1)));
    }
    words.remove("");
    return words;
  }

  /** Lines of {@code key: words}, as each word with its key. */
  public static Map<String, String> keys(Class<?> beside, String file) {
    Map<String, String> out = new LinkedHashMap<>();
    for (String line : joined(text(beside, file), " ")) {
      int colon = line.indexOf(": ");
      for (String word : line.substring(colon + 2).strip().split("\\s+", -1)) {
        out.put(word, line.substring(0, colon));
      }
    }
    return out;
  }

  /** The same as each key with its words; a word may have several keys. */
  public static Map<String, Set<String>> sets(Class<?> beside, String file) {
    Map<String, Set<String>> out = new LinkedHashMap<>();
    for (String line : joined(text(beside, file), " ")) {
      int colon = line.indexOf(": ");
      out.computeIfAbsent(line.substring(0, colon), _ -> new TreeSet<>())
          .addAll(List.of(line.substring(colon + 2).strip().split("\\s+", -1)));
    }
    return out;
  }

  private static String text(Class<?> beside, String file) {
    try (var in = beside.getResourceAsStream(file)) {
      return new String(
          Objects.requireNonNull(in, file + " is missing").readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
