package dev.deployclaw.core.language.refusal;

import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.TokenLine;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Requests that are refused whatever else they say, by the words as typed. Pure. */
public final class RequestRefusals {
  /** Characters of a request. */
  public static final int LONGEST = 2000;

  /** Bounds the time, and the depth of the stack, that a pattern takes. */
  public static final int MOST_WORDS = 300;

  private static final Pattern INVISIBLE =
      Pattern.compile("[\\p{Cf}\\p{Co}\\p{Cn}[\\p{Cc}&&[^\\t\\r\\n]]]");
  private static final Pattern SHELL = Pattern.compile("\\$\\(|`|&&|\\|\\||<script|\\.\\./");
  private static final PatternTable TABLE =
      PatternTable.read(RequestRefusals.class, "refusals.txt");
  private static final PatternTable KEPT = TABLE.only("kept"::equals);
  private static final PatternTable BECAUSE = TABLE.only("because"::equals);

  private RequestRefusals() {}

  /** What is refused before a word is looked at. */
  public static Optional<String> unread(String text) {
    if (text.length() > LONGEST) {
      return Optional.of("the request is longer than " + LONGEST + " characters");
    }
    if (INVISIBLE.matcher(text).find()) {
      return Optional.of("the request holds invisible characters");
    }
    return SHELL.matcher(text).find()
        ? Optional.of("commands aren't run from a request")
        : Optional.empty();
  }

  /** An attempt at what is never done, wherever it stands. */
  public static Optional<String> attempt(List<Token> words) {
    if (words.size() > MOST_WORDS) {
      return Optional.of(
          "the request has more than " + MOST_WORDS + " words; ask for less at once");
    }
    return first("attempt ", without(TokenLine.ofWords(words), KEPT));
  }

  /** What the agent has nothing to do with, where an order speaks of it. */
  public static Optional<String> matter(List<Token> order) {
    return first("matter ", without(without(TokenLine.ofWords(order), KEPT), BECAUSE));
  }

  /** What a request is about that names no change of ours. */
  public static Optional<String> topic(List<Token> order) {
    return first("topic ", without(TokenLine.ofWords(order), BECAUSE));
  }

  private static TokenLine without(TokenLine line, PatternTable rows) {
    return rows.replace(line, (_, _) -> Optional.of(List.of()));
  }

  private static Optional<String> first(String kind, TokenLine words) {
    return TABLE.rows().stream()
        .filter(row -> row.name().startsWith(kind) && words.has(row.pattern()))
        .map(row -> row.name().substring(kind.length()))
        .findFirst();
  }
}
