package dev.deployclaw.core.language.lexer;

import dev.deployclaw.core.language.lexer.TokenLine.Match;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A data file of named patterns over a {@link TokenLine}. {@code NAME = …} is a part that others
 * write as {@code {NAME}}; {@code name: …} is a pattern; an indented line goes on. Tokens are
 * parted by one blank, and whole tokens match only. A pattern is tried where a token stands that it
 * may begin with. Any thread.
 */
public final class PatternTable {
  /** Whose rows are kept: a request may have any words. */
  private static final int MOST_STARTS = 20_000;

  private final List<NamedPattern> rows;
  private final BitSet all = new BitSet();
  private final Map<Start, BitSet> begun = new ConcurrentHashMap<>();

  private PatternTable(List<NamedPattern> rows) {
    this.rows = List.copyOf(rows);
    all.set(0, rows.size());
  }

  /**
   * A pattern by its name; marks behind a name are for readers of the file.
   *
   * @param front the same without lookbehinds
   */
  public record NamedPattern(String name, Pattern pattern, Pattern front) {
    /** Whatever stands behind: more input may match. */
    @SuppressWarnings("JdkObsolete")
    private boolean mayBegin(Start start) {
      String line = " " + start.shape + " " + (start.next.isEmpty() ? "" : start.next + " ");
      var matcher = front.matcher(line).useTransparentBounds(true);
      return matcher.region(1, line.length()).lookingAt() || matcher.hitEnd();
    }
  }

  /**
   * How a token and the next one are written.
   *
   * @param next empty for any, and for none
   */
  private record Start(String shape, String next) {}

  public List<NamedPattern> rows() {
    return rows;
  }

  /** Those rows whose names fit. */
  public PatternTable only(Predicate<String> names) {
    return new PatternTable(rows.stream().filter(r -> names.test(r.name())).toList());
  }

  /** Puts what a function makes in place of each match of each row, in their order. */
  public TokenLine replace(TokenLine line, BiFunction<String, Match, Optional<List<Token>>> with) {
    var out = line;
    var begun = begun(line);
    var rowsBegun = any(begun);
    for (int at = rowsBegun.nextSetBit(0); at >= 0; at = rowsBegun.nextSetBit(at + 1)) {
      var row = rows.get(at);
      for (int i = 0; i < begun.size(); i++) {
        if (begun.get(i).get(at)) {
          var found = out.match(row.pattern, i);
          var made = found.flatMap(match -> with.apply(row.name, match));
          if (made.isPresent()) {
            out = out.spliced(found.get(), made.get());
            begun = begun(out);
            rowsBegun = any(begun);
            i += made.get().size() - 1;
          }
        }
      }
    }
    return out;
  }

  /** Which rows may begin with each token and the one behind it. */
  private List<BitSet> begun(TokenLine line) {
    var shapes = line.shapes();
    var out = new ArrayList<BitSet>(shapes.size());
    for (int i = 0; i < shapes.size(); i++) {
      out.add(begun(new Start(shapes.get(i), i + 1 < shapes.size() ? shapes.get(i + 1) : "")));
    }
    return out;
  }

  private static BitSet any(List<BitSet> sets) {
    var out = new BitSet();
    sets.forEach(out::or);
    return out;
  }

  private BitSet begun(Start start) {
    var known = begun.get(start);
    if (known != null) {
      return known;
    }
    if (begun.size() >= MOST_STARTS) {
      begun.clear();
    }
    var found = tried(start);
    begun.put(start, found);
    return found;
  }

  /** Those of the rows that may begin with its first token that go on with its second. */
  private BitSet tried(Start start) {
    var found = new BitSet();
    var alone = start.next.isEmpty() ? all : begun(new Start(start.shape, ""));
    for (int i = alone.nextSetBit(0); i >= 0; i = alone.nextSetBit(i + 1)) {
      found.set(i, rows.get(i).mayBegin(start));
    }
    return found;
  }

  /**
   * The rows of files, in this order: what one of them names ({@code NAME = …}) holds in the next.
   */
  public static PatternTable read(Class<?> beside, String... files) {
    Map<String, String> parts = new LinkedHashMap<>();
    var out = new ArrayList<NamedPattern>();
    var text = Stream.of(files).map(file -> text(beside, file)).collect(Collectors.joining("\n"));
    for (String line : joined(text, "")) {
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
        String front = body.replaceAll("\\(\\?<[=!]", "(?=|");
        out.add(new NamedPattern(line.substring(0, colon).strip(), whole(body), whole(front)));
      }
    }
    return new PatternTable(out);
  }

  private static Pattern whole(String tokens) {
    return Pattern.compile("(?<= )(?:" + tokens + ")(?= )");
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
