package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.Interpretation;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.task.Intent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a request means without the words that no slot has a use for: for a suggestion, never for a
 * plan. They are left out of the whole, else of its sentences that order, of their clauses, and at
 * last of all but the slots, until the rest is read; a value or a word that may turn the order
 * around is never left out. A skipping parser, after GLR* (Lavie and Tomita, 1993). Pure.
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
   */
  public record Skipped(Intent intent, List<String> left) {
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
    return Stream.of(text(), only(core), only(ordering), only(shown), only(slots()))
        .map(this::without)
        .distinct()
        .flatMap(text -> read(text).stream())
        .findFirst();
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
      out.replace(to, Math.min(to + 1, out.length()), to < out.length() ? "." : "");
    }
    return out.toString();
  }

  private Optional<Skipped> read(String text) {
    if (text.isBlank() || turns(text)) {
      return Optional.empty();
    }
    return strict.apply(text) instanceof Planned(var intent)
        ? Optional.of(new Skipped(intent, left(text)))
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

  /** Whether something is left out that may turn the order around. */
  private boolean turns(String text) {
    int first = text.length() - text.stripLeading().length();
    var kept = sentences().typed().stream().filter(t -> !isLeft(t, text)).toList();
    boolean timed = TokenClass.has(kept, "moment");
    var values = kept.stream().flatMap(Token::all).map(SkippingReader::value).toList();
    boolean event = IntStream.range(0, sentences().typed().size()).anyMatch(i -> dates(i, text));
    return event
        || sentences().typed().stream()
            .filter(t -> isLeft(t, text) && !values.contains(value(t)))
            .anyMatch(t ->
                TokenClass.is(t, "turning")
                    || (TokenClass.isWord(t) && t.text().endsWith("n't"))
                    || (t.from() > first
                        && TokenClass.is(t, "name | figure | <number> | bound-value"))
                    || (TokenClass.is(t, "moment") && !timed && !OrderEvidence.passed(t)));
  }

  /** "From the eve of St. Nicholas on": a word behind one that a time stands behind. */
  private boolean dates(int at, String text) {
    var typed = sentences().typed();
    var before = typed.subList(Math.max(0, at - 2), at);
    return typed.get(at).is(Kind.UNKNOWN)
        && isLeft(typed.get(at), text)
        && TokenClass.has(before, "timing $ | timing * $");
  }

  private static boolean isLeft(Token token, String text) {
    return text.charAt(token.from()) == ' ';
  }

  /** Runs of words that were left out, but for courtesies. */
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
    if (run.stream().anyMatch(ClauseReader::leftover)) {
      out.add(sentences().text(run));
    }
    run.clear();
  }
}
