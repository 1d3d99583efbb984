package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.Interpretation;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.grammar.UnquotedPieces.Claims;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.task.Intent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a request means without the words that no slot has a use for: for a suggestion, never for a
 * plan. They are left out of the whole, else of its sentences that order, of their clauses, and at
 * last of all but the slots, until the rest is read; beside the order, a value or a word that may
 * turn it around is never left out. A skipping parser, after GLR* (Lavie and Tomita, 1993). Pure.
 *
 * @param request the whole
 * @param grammar cuts a request
 * @param strict reads a request, of which each word counts
 */
public record SkippingReader(
    RequestGrammar request,
    Function<String, RequestGrammar> grammar,
    Function<String, Interpretation> strict) {
  private static final int MOST_ROUNDS = 3;

  /**
   * What is left.
   *
   * @param left the words that were left out, as typed
   * @param claims what was used of the request, and what wasn't
   */
  public record Skipped(Intent intent, List<String> left, Claims claims) {
    public Skipped {
      left = List.copyOf(left);
    }
  }

  /** Empty where nothing is left that can be read. */
  public Optional<Skipped> read() {
    var whole = sentences().sentences();
    var shown = sentences().speech().shown();
    var words = shown.stream().flatMap(List::stream).collect(Collectors.toSet());
    var ordering = whole.stream().filter(s -> s.stream().anyMatch(words::contains)).toList();
    var core = OrderCore.sentences(sentences());
    var asking = whole.stream().filter(s -> core.contains(s) || asks(s)).toList();
    return Stream.of(text(), only(core), only(asking), only(ordering), only(shown), only(slots()))
        .distinct()
        .map(this::without)
        .distinct()
        .flatMap(
            text -> Stream.of(text, named(text)).distinct().flatMap(n -> read(text, n).stream()))
        .findFirst();
  }

  private boolean asks(List<Token> sentence) {
    return sentences().clauses(sentence).stream().anyMatch(RequestClause::asks);
  }

  /** With the only tenant of the request, where it is named before what is left: "them" is it. */
  private String named(String text) {
    var tenants = sentences().typed().stream().filter(t -> t.is(Kind.TENANT)).toList();
    long several = tenants.stream().map(Token::text).distinct().count();
    return several == 1 && tenants.getFirst().to() < first(text)
        ? only(List.of(List.of(tenants.getFirst()))).substring(0, first(text))
            + text.substring(first(text))
        : text;
  }

  private static int first(String text) {
    return text.length() - text.stripLeading().length();
  }

  private ToldSentences sentences() {
    return request.pieces().sentences();
  }

  private String text() {
    return sentences().text();
  }

  /** The request with spaces in place of all but such pieces: places stay what they are. */
  private String only(List<List<Token>> pieces) {
    var out = new StringBuilder(" ".repeat(text().length()));
    for (var piece : pieces) {
      int from = piece.getFirst().from();
      int to = piece.getLast().to();
      out.replace(from, to, text().substring(from, to));
      if (to < out.length()) {
        out.setCharAt(to, text().charAt(to) == '?' ? '?' : '!');
      }
    }
    return out.toString();
  }

  private Optional<Skipped> read(String text, String named) {
    return !text.isBlank()
            && !turns(text, false)
            && strict.apply(named) instanceof Planned(var intent)
            && (intent.changes().isEmpty() || !turns(text, true))
        ? Optional.of(
            new Skipped(
                intent, left(text), new Claims(t -> !isLeft(t, named), t -> isLeft(t, named))))
        : Optional.empty();
  }

  /** Without the words that have no slot, and those that have none without them. */
  private String without(String text) {
    var out = new StringBuilder(text);
    for (int round = 0; round < MOST_ROUNDS && !out.toString().isBlank(); round++) {
      var words =
          grammar.apply(out.toString()).tokens().stream()
              .filter(t -> TokenClass.is(t, "<word> | <unknown>") && ClauseReader.leftover(t))
              .toList();
      if (words.isEmpty()) {
        break;
      }
      words.forEach(t -> out.replace(t.from(), t.to(), " ".repeat(t.to() - t.from())));
    }
    return out.toString();
  }

  /** The phrases that fill slots, bind or direct, each value once. */
  private List<List<Token>> slots() {
    var seen = new HashSet<String>();
    return sentences().sentences().stream()
        .flatMap(s -> sentences().read(s).stream())
        .flatMap(SkippingReader::slots)
        .filter(t -> seen.add(key(t)))
        .map(List::of)
        .toList();
  }

  private static Stream<Token> slots(Token token) {
    boolean slot = FrameReader.slot(token).isPresent() && !token.is("overall");
    return slot || TokenClass.is(token, "<op> | <up> | <down> | <mode> | binding")
        ? Stream.of(token)
        : token.parts().stream().flatMap(SkippingReader::slots);
  }

  /** The same for the same values. */
  private static String key(Token token) {
    return token
        .all()
        .filter(t -> t.parts().isEmpty() || t.is(Kind.INSTANT))
        .filter(t -> TokenClass.is(t, "name | figure | <instant> | <duration>"))
        .map(SkippingReader::value)
        .collect(Collectors.joining(" ", token.text() + " " + token.rule() + " ", ""));
  }

  private static String value(Token token) {
    return "%s %s %s %s".formatted(token.kind(), token.text(), token.value(), token.window());
  }

  /**
   * Whether something is left out, or stays without its phrase, that may turn the order around.
   *
   * @param placed whether the order is for places
   */
  private boolean turns(String text, boolean placed) {
    var typed = sentences().typed();
    var phrases = slots();
    boolean tried = phrases.stream().anyMatch(p -> p.getFirst().is("dry-run") && !isLeft(p, text));
    boolean turned =
        typed.stream()
            .filter(SkippingReader::turning)
            .filter(t -> !isKept(t, text) && !isStory(t, text) && !(tried && isWhole(t, text)))
            .anyMatch(
                t -> phrases.stream().noneMatch(p -> within(t, p.getFirst()) && !isLeft(t, text)));
    var kept = typed.stream().filter(t -> !isLeft(t, text)).toList();
    var values = kept.stream().flatMap(Token::all).map(SkippingReader::value).toList();
    int first = first(text);
    var left = typed.stream().filter(t -> isLeft(t, text)).toList();
    return turned
        || OrderEvidence.zones(text(), left, kept)
        || clauses()
            .filter(RequestClause::past)
            .flatMap(c -> c.typed().stream())
            .anyMatch(t -> !isLeft(t, text) && TokenClass.is(t, "figure"))
        || sentences().sentences().stream()
            .anyMatch(s -> isLeft(s, text) && (bends(s) || says(s, kept, placed, first)))
        || left.stream().anyMatch(t -> !isWhole(t, text) && lost(t, kept, values, first));
  }

  /** Whether its whole sentence is left out, and shown so. */
  private boolean isWhole(Token token, String text) {
    return sentences().sentences().stream().anyMatch(s -> s.contains(token) && isLeft(s, text));
  }

  /** Whether its whole sentence is kept, so that each word of it is read. */
  private boolean isKept(Token token, String text) {
    return sentences().sentences().stream()
        .anyMatch(s -> s.contains(token) && s.stream().noneMatch(t -> isLeft(t, text)));
  }

  private boolean isLeft(List<Token> sentence, String text) {
    return sentence.stream().allMatch(t -> isLeft(t, text));
  }

  /** Whether a sentence guards the order, overrules it, or asks for something itself. */
  private boolean bends(List<Token> sentence) {
    return TokenClass.has(sentence, "overruling")
        || sentences().clauses(sentence).stream()
            .anyMatch(c -> c.reads("guarding") || (c.asks() && c.reads("<op> | figure | <mode>")));
  }

  /** Whether a sentence before the order says where or when, and the order itself doesn't. */
  private boolean says(List<Token> sentence, List<Token> kept, boolean placed, int first) {
    return sentence.getLast().to() <= first
        && sentences().clauses(sentence).stream()
            .anyMatch(c ->
                (placed && c.has("<service>") && !TokenClass.has(kept, "<service>"))
                    || (!c.past() && isTimed(c) && !TokenClass.has(kept, "moment")));
  }

  /** A time, but for those that are names: "the retro of 24 November". */
  private static boolean isTimed(RequestClause clause) {
    return clause.typed().stream()
        .filter(t -> TokenClass.is(t, "moment"))
        .anyMatch(t -> !TokenClass.has(clause.before(t), "naming $"));
  }

  /** Whether a word is of a sentence before the order that is left out whole, and shown so. */
  private boolean isStory(Token token, String text) {
    return sentences().sentences().stream()
        .filter(s -> s.contains(token) && s.getLast().to() <= first(text))
        .anyMatch(s ->
            isLeft(s, text) && !"?:".contains(text().substring(s.getLast().to()).substring(0, 1)));
  }

  private Stream<RequestClause> clauses() {
    return sentences().clauses().stream().flatMap(List::stream);
  }

  private static boolean turning(Token word) {
    return TokenClass.is(word, "turning")
        || (TokenClass.isWord(word) && word.text().matches(".*['\u2019]t"));
  }

  private static boolean within(Token part, Token whole) {
    return whole.from() <= part.from() && part.to() <= whole.to();
  }

  /** A value behind the order, or the only time. */
  private static boolean lost(Token token, List<Token> kept, List<String> values, int first) {
    boolean again = values.contains(value(token));
    boolean behind = token.from() > first;
    return (token.is(Kind.UNKNOWN) && Character.isDigit(token.text().charAt(0)))
        || (behind && TokenClass.is(token, "figure | <number>"))
        || (behind && !again && TokenClass.is(token, "name | bound-value"))
        || (TokenClass.is(token, "moment")
            && !TokenClass.has(kept, "moment")
            && !OrderEvidence.passed(token));
  }

  private boolean isLeft(Token token, String text) {
    return text.charAt(token.from()) != text().charAt(token.from());
  }

  /** Runs of words that were left out, but for those that carry nothing. */
  private List<String> left(String text) {
    var out = new ArrayList<String>();
    var run = new ArrayList<Token>();
    for (Token token : sentences().typed()) {
      if (isLeft(token, text)) {
        run.add(token);
      } else {
        end(run, out);
      }
    }
    end(run, out);
    return out;
  }

  private void end(List<Token> run, List<String> out) {
    var said = run.stream().dropWhile(SkippingReader::isSilent).toList().reversed();
    var words = said.stream().dropWhile(SkippingReader::isSilent).toList().reversed();
    if (!words.isEmpty()) {
      out.add(sentences().text(words));
    }
    run.clear();
  }

  private static boolean isSilent(Token token) {
    return token.isMark() || TokenClass.is(token, "carrying-nothing");
  }
}
