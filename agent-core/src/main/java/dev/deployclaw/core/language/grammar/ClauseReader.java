package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.grammar.OrderEvidence.Position;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.value.OpenQuestions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Parts what orders from what only tells. Each token of an ordering clause belongs to a slot or is
 * a courtesy; what is neither is asked about.
 */
final class ClauseReader {
  private final List<Token> typed;
  private final List<Token> read;
  private final Predicate<Token> quoted;
  private final OpenQuestions questions;
  private final List<Token> ordering = new ArrayList<>();
  private final List<Token> telling = new ArrayList<>();
  private boolean told;

  /**
   * @param quoted whether a reader names a word as its source: then it doesn't only tell
   */
  ClauseReader(
      List<Token> typed, List<Token> read, Predicate<Token> quoted, OpenQuestions questions) {
    this.typed = typed;
    this.read = read;
    this.quoted = quoted;
    this.questions = questions;
  }

  /** What orders, with its marks. */
  List<Token> ordering() {
    return List.copyOf(ordering);
  }

  /** What only tells, as typed. */
  List<Token> telling() {
    return List.copyOf(telling);
  }

  void read() {
    var piece = new ArrayList<Token>();
    for (int i = 0; i < read.size(); i++) {
      var token = read.get(i);
      if (links(token)) {
        end(piece, token);
        piece = new ArrayList<>();
      }
      piece.add(token);
      if (token.isMark()) {
        end(piece, read.get(Math.min(i + 1, read.size() - 1)));
        piece = new ArrayList<>();
      }
    }
    if (!piece.isEmpty()) {
      end(piece, piece.getLast());
    }
  }

  /** Whether a clause begins with it. */
  static boolean links(Token token) {
    return token.is(Kind.WORD) && TokenClass.is(token, "link");
  }

  private void end(List<Token> piece, Token next) {
    if (piece.isEmpty()) {
      return;
    }
    if (piece.stream().noneMatch(ClauseReader::leftover)) {
      told &= piece.stream().noneMatch(Token::isStop);
      ordering.addAll(piece);
      return;
    }
    int from = piece.getFirst().from();
    int to = piece.getLast().to();
    var words = typed.stream().filter(t -> t.from() >= from && t.to() <= to).toList();
    boolean goesOn = told && !hasOrder() && OrderEvidence.goesOn(words, piece);
    boolean used = words.stream().anyMatch(quoted);
    boolean opens = ordering.isEmpty() && !next.equals(piece.getLast());
    boolean within = opens || (hasOrder() && !ordering.getLast().isStop());
    boolean timed = TokenClass.has(ordering, "timed");
    boolean reason = within && OrderEvidence.isReason(words, piece, timed);
    var at = new Position(hasOrder(), timed, TokenClass.is(next, "=so"));
    boolean tells = reason || OrderEvidence.isBackground(words, piece, at);
    if (!used && (goesOn || tells)) {
      told = piece.stream().noneMatch(Token::isStop);
      telling.addAll(words);
      piece.stream().filter(Token::isMark).forEach(ordering::add);
      return;
    }
    told = false;
    piece.stream()
        .filter(t -> leftover(t) && !t.is("asked-time"))
        .findFirst()
        .ifPresent(t -> ask(t, words));
    ordering.addAll(piece);
  }

  private boolean hasOrder() {
    return ordering.stream().anyMatch(t -> t.is("op") || FrameReader.slot(t).isPresent());
  }

  private void ask(Token token, List<Token> words) {
    String word =
        words.stream().filter(w -> w.from() == token.from()).findFirst().orElse(token).text();
    questions.ask(question(token, word).at(token.from(), token.to()));
  }

  private static ClarificationQuestion question(Token token, String word) {
    String near = token.rule();
    if (token.is(Kind.UNKNOWN) && near.contains(" or ")) {
      boolean number = Character.isDigit(word.charAt(0));
      return ClarificationQuestion.of(
              number ? "number-ambiguous" : "name-ambiguous",
              number ? "what" : "who",
              "\"%s\" could be %s. Which one?".formatted(word, near))
          .choosing(List.of(near.split(" or ", -1)));
    }
    if (token.is(Kind.UNKNOWN) && Character.isDigit(word.charAt(0))) {
      return ClarificationQuestion.of(
          "number-unclear", "what", "I can't read \"" + word + "\" as a number: how much?");
    }
    if (token.is(Kind.UNKNOWN)) {
      return ClarificationQuestion.of(
          "word-unknown", "words", "I don't know \"" + word + "\": what does it mean?");
    }
    if (token.is("per-key")) {
      return ClarificationQuestion.of(
              "key-missing",
              "what",
              "\"%s\": what identifies each one, the client's address or which header?"
                  .formatted(
                      token.parts().stream().map(Token::text).collect(Collectors.joining(" "))))
          .choosing(List.of("per client address", "per header x-user-id", "per header x-api-key"));
    }
    if (token.is(Kind.NUMBER)) {
      return ChangeBuilder.unit(token.value().stripTrailingZeros().toPlainString());
    }
    boolean time = token.is(Kind.DATE) || token.is(Kind.CLOCK) || token.is(Kind.TIME);
    if (time || token.is(Kind.INSTANT) || token.is(Kind.DURATION)) {
      return ClarificationQuestion.of(
          "time-unclear", "time", "From when until when? Write it as 2026-12-24T06:00:00Z.");
    }
    return ClarificationQuestion.of(
        "words-unused", "words", "What does \"" + word + "\" mean here?");
  }

  /** Whether a token is no slot and no courtesy. */
  static boolean leftover(Token token) {
    return switch (token.kind()) {
      case WORD -> !TokenClass.is(token, "courtesy");
      case PHRASE -> !TokenClass.is(token, "slots");
      case RATE, COUNT, PARALLEL, BURST, WINDOW, FACTOR, PERCENT, SETTING, ROUTE, METHOD -> false;
      case EXECUTION -> false;
      default -> true;
    };
  }
}
