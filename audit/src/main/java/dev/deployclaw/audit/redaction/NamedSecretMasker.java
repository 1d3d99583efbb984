package dev.deployclaw.audit.redaction;

import java.util.Arrays;
import java.util.List;

/**
 * Finds the text behind the name of a secret: {@code password=…}, {@code "api_key": "…"}. The name
 * stays. A value in quotes ends with its quote, also where a program escaped that; an object or a
 * list where it closes; another at the next blank or sign. One pass for each word. Pure.
 */
final class NamedSecretMasker {
  /** What each name of a secret has, in lower case. */
  private static final List<String> WORDS =
      List.of("password", "passwd", "passphrase", "pwd", "secret", "credential", "key", "token");

  /** Of which of them it isn't one. */
  private static final List<String> KEYS =
      List.of("api", "access", "private", "signing", "encryption", "master");

  private static final List<String> TOKENS =
      List.of("auth", "access", "refresh", "session", "identity", "registry", "bearer", "csrf");

  /** Ordinary words end so, too: they count as words of their own only. */
  private static final List<String> SHORT_TOKENS = List.of("id", "api", "bot");

  /** How ordinary words go on: secretary, secretive, secretion, passwordless. */
  private static final List<String> OTHERS = List.of("ar", "iv", "ion", "less");

  /**
   * How our own advice goes on behind a colon: "the credentials: renew those". Nobody's secret is
   * one of these, and a configured one is found by its value.
   */
  private static final List<String> ADVICE =
      List.of("renew", "set", "give", "docs/tasks/credentials.md");

  /** Characters of a name behind its word, and of blanks around the sign. */
  private static final int LONGEST_NAME = 40;

  private static final int MOST_BLANKS = 4;

  /** Characters; a quote or a bracket that isn't closed by then ends with its line. */
  private static final int LONGEST_VALUE = 1 << 14;

  /** What is only called a token may be one of ordinary text, unless it looks like one. */
  private static final int SHORTEST_TOKEN = 12;

  private static final String ENTITY = "&quot;";
  private static final String ENDS = "\"',;&}])<>";

  private final String text;
  private final String lower;

  /** Characters that may still be looked at in vain. */
  private long spare;

  private NamedSecretMasker(String text) {
    this.text = text;
    this.lower = lower(text);
    this.spare = (long) LONGEST_VALUE + text.length();
  }

  /** A part of the text; empty where there is none. */
  private record Span(int from, int end) {
    static final Span NONE = new Span(0, 0);
  }

  /** In lower case, as long as it was: of ASCII, which all names are. */
  static String lower(String text) {
    int first = 0;
    while (first < text.length() && !isUpper(text.charAt(first))) {
      first++;
    }
    if (first == text.length()) {
      return text;
    }
    char[] out = text.toCharArray();
    for (int i = first; i < out.length; i++) {
      out[i] = isUpper(out[i]) ? (char) (out[i] | 0x20) : out[i];
    }
    return new String(out);
  }

  private static boolean isUpper(char c) {
    return c >= 'A' && c <= 'Z';
  }

  static boolean names(String name) {
    var named = new NamedSecretMasker(name);
    boolean plain = name.chars().allMatch(c -> isOfName((char) c));
    return plain
        && (named.lower.equals("token")
            || named.lower.equals("authorization")
            || WORDS.stream().anyMatch(named::holds));
  }

  private boolean holds(String word) {
    for (int at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + 1)) {
      if (isName(word, at)) {
        return true;
      }
    }
    return false;
  }

  static String masked(String text) {
    return new NamedSecretMasker(text).masked();
  }

  private String masked() {
    int[] next = new int[WORDS.size()];
    Arrays.setAll(next, i -> lower.indexOf(WORDS.get(i)));
    var masks = new MaskedTextBuilder(text);
    int done = 0;
    for (int word = first(next); word >= 0; word = first(next)) {
      int at = next[word];
      next[word] = lower.indexOf(WORDS.get(word), at + 1);
      if (at >= done) {
        var value = value(WORDS.get(word), at);
        if (value.end > value.from) {
          masks.mask(value.from, value.end);
          done = value.end;
        }
      }
    }
    return masks.masked();
  }

  /** The word that comes first; negative where none comes. */
  private static int first(int[] next) {
    int first = -1;
    for (int i = 0; i < next.length; i++) {
      if (next[i] >= 0 && (first < 0 || next[i] < next[first])) {
        first = i;
      }
    }
    return first;
  }

  private boolean isName(String word, int at) {
    return switch (word) {
      case "key" -> follows(KEYS, at, false);
      case "token" -> follows(TOKENS, at, false) || follows(SHORT_TOKENS, at, true);
      case "pwd" -> !isLetterBefore(at);
      default -> OTHERS.stream().noneMatch(o -> lower.startsWith(o, at + word.length()));
    };
  }

  /** Whether one of these stands before it, with or without a stroke between. */
  private boolean follows(List<String> words, int at, boolean alone) {
    boolean stroke = at > 0 && (lower.charAt(at - 1) == '_' || lower.charAt(at - 1) == '-');
    int end = stroke ? at - 1 : at;
    return words.stream()
        .anyMatch(w ->
            lower.startsWith(w, end - w.length()) && (!alone || !isLetterBefore(end - w.length())));
  }

  private boolean isLetterBefore(int at) {
    return at > 0 && lower.charAt(at - 1) >= 'a' && lower.charAt(at - 1) <= 'z';
  }

  /** The value of the name that has this word. */
  private Span value(String word, int at) {
    int end = at + word.length();
    boolean named = isName(word, at);
    if (named) {
      while (end < text.length()
          && end - at - word.length() < LONGEST_NAME
          && isOfName(text.charAt(end))) {
        end++;
      }
    } else if (!word.equals("token") || (at > 0 && isOfName(text.charAt(at - 1)))) {
      return Span.NONE;
    }
    int sign = afterSign(afterBlanks(afterQuote(end)));
    var value = sign < 0 ? Span.NONE : value(sign);
    boolean secret = named ? !isAdvice(value) : isToken(value);
    return secret ? value : Span.NONE;
  }

  private int afterQuote(int at) {
    int quote = EscapeSequences.afterBackslashes(text, at);
    boolean is = quote < text.length() && isQuote(text.charAt(quote));
    return is ? quote + 1 : text.startsWith(ENTITY, at) ? at + ENTITY.length() : at;
  }

  /** Behind {@code =}, {@code :}, {@code :=} or {@code =>}. */
  private int afterSign(int at) {
    if (lower.startsWith("%3d", at) || lower.startsWith("%3a", at)) {
      return at + 3;
    }
    boolean sign = text.startsWith("=", at) || text.startsWith(":", at);
    boolean two = text.startsWith(":=", at) || text.startsWith("=>", at);
    return sign ? afterBlanks(two ? at + 2 : at + 1) : -1;
  }

  private int afterBlanks(int at) {
    int end = at;
    while (end < text.length()
        && end - at < MOST_BLANKS
        && Character.isWhitespace(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private boolean isAdvice(Span value) {
    return text.startsWith(": ", value.from - 2)
        && ADVICE.contains(text.substring(value.from, value.end));
  }

  /** What is only called a token has the look of one, too. */
  private boolean isToken(Span value) {
    return value.end - value.from >= SHORTEST_TOKEN
        && text.substring(value.from, value.end)
            .chars()
            .allMatch(c -> "~+/=.".indexOf(c) >= 0 || TokenMasker.isDashed((char) c));
  }

  /** Quotes around it are no part of it. */
  private Span value(int from) {
    int quote = EscapeSequences.afterBackslashes(text, from);
    if (quote < text.length() && isQuote(text.charAt(quote))) {
      return new Span(quote + 1, quoted(quote, quote - from));
    }
    if (text.startsWith(ENTITY, from)) {
      int begin = from + ENTITY.length();
      return new Span(begin, closed(text.indexOf(ENTITY, begin), begin));
    }
    boolean opens = text.startsWith("{", from) || text.startsWith("[", from);
    return new Span(from, opens ? bracket(from) : bare(from));
  }

  private int bare(int from) {
    int end = from;
    while (end < text.length() && !endsValue(end)) {
      end++;
    }
    return end;
  }

  private boolean endsValue(int at) {
    char c = text.charAt(at);
    if (c == '\\') {
      int quote = EscapeSequences.afterBackslashes(text, at);
      return quote < text.length() && isQuote(text.charAt(quote));
    }
    return Character.isWhitespace(c) || ENDS.indexOf(c) >= 0;
  }

  /** To the quote that is escaped as often as the first one. */
  private int quoted(int quote, int backslashes) {
    int most = most(quote);
    int run = 0;
    for (int at = quote + 1; at < most; at++) {
      char c = text.charAt(at);
      boolean closes = backslashes == 0 ? run % 2 == 0 : run <= backslashes;
      if (c == text.charAt(quote) && closes) {
        return at - Math.min(run, backslashes);
      }
      run = c == '\\' ? run + 1 : 0;
    }
    spare -= most - quote;
    return closed(-1, quote);
  }

  /** Behind the bracket that closes the first one. */
  private int bracket(int from) {
    int most = most(from);
    int depth = 0;
    boolean within = false;
    for (int at = from; at < most; at++) {
      char c = text.charAt(at);
      if (c == '\\' && within) {
        at++;
      } else if (c == '"') {
        within = !within;
      } else if (!within && (c == '{' || c == '[')) {
        depth++;
      } else if (!within && (c == '}' || c == ']') && --depth == 0) {
        return at + 1;
      }
    }
    spare -= most - from;
    return closed(-1, from);
  }

  /** How far a closing sign is looked for: not at all where that was too often in vain. */
  private int most(int from) {
    return spare < 0 ? from : Math.min(text.length(), from + LONGEST_VALUE);
  }

  /** What isn't closed ends with its line. */
  private int closed(int end, int from) {
    if (end >= 0) {
      return end;
    }
    int line = text.indexOf('\n', from);
    return line >= 0 ? line : text.length();
  }

  private static boolean isQuote(char c) {
    return c == '"' || c == '\'';
  }

  private static boolean isOfName(char c) {
    return TokenMasker.isDashed(c) || c == '.';
  }
}
