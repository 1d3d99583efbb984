package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.cue.CueReader;
import dev.deployclaw.core.language.grammar.OrderCore.Position;
import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a ticket says beside its order: whether it may bend the order in words that name no value,
 * and whether all of it is by words that only tell. Pure.
 *
 * @param order what the order uses
 * @param told what is beside it
 */
public record TicketBackground(ToldSentences request, Predicate<Token> order, List<Token> told) {
  private static final Map<String, String> WORDS =
      PatternTable.keys(TicketBackground.class, "aside.txt");

  /** So many words without a verb are no statement. */
  private static final int LONGEST_FRAGMENT = 4;

  private static final int LONGEST_SIGNATURE = 8;

  /** A sentence beside the order, or a clause of the order's own. */
  private record Piece(List<Token> typed, Position at) {}

  /** Whether something beside the order may bend it. */
  boolean binds() {
    return pieces().stream().anyMatch(p -> bends(p));
  }

  /** Whether all of it is told by words that are known to tell. */
  public boolean tells() {
    boolean strange =
        request.typed().stream().anyMatch(t -> isValue(t) && !order.test(t) && !told.contains(t));
    return !strange
        && !binds()
        && whole()
        && pieces().stream()
            .allMatch(p -> request.told().containsAll(p.typed) || (!bears(p) && isTold(p)));
  }

  private static boolean isValue(Token token) {
    return token.is(Kind.NUMBER)
        || Stream.of(OrderEvidence.NAMES, OrderEvidence.FIGURES, OrderEvidence.ORDERING)
            .anyMatch(kinds -> kinds.contains(token.kind()));
  }

  /** Whether what it says, beside phrases that carry nothing, is by words that tell. */
  private boolean isTold(Piece piece) {
    var read = PhraseReader.readSentence(piece.typed);
    var said =
        piece.typed.stream()
            .filter(t -> read.stream().anyMatch(r -> r.from() <= t.from() && t.to() <= r.to()))
            .toList();
    return said.isEmpty()
        || (!directs(new Piece(said, piece.at)) && OrderCore.states(request, said, piece.at));
  }

  /** Whether it has a time, a place or a name that the order may need. */
  private boolean bears(Piece piece) {
    var typed = piece.typed;
    boolean behind = piece.at.behind();
    boolean past = IntStream.range(0, typed.size()).anyMatch(i -> RequestClause.past(typed, i));
    boolean named =
        typed.stream()
            .anyMatch(t -> OrderEvidence.NAMES.contains(t.kind()) || OrderCore.is(t, "theirs"));
    boolean apart = !behind && (piece.at.timed() || !named);
    long tenants =
        request.typed().stream()
            .filter(t -> t.is(Kind.TENANT) && order.test(t))
            .map(Token::text)
            .distinct()
            .count();
    return IntStream.range(0, typed.size()).anyMatch(i -> OrderEvidence.lasts(typed, i))
        || (behind && text(piece).contains("("))
        || typed.stream()
            .anyMatch(t ->
                OrderEvidence.ORDERING.contains(t.kind())
                    || (OrderEvidence.TIMES.contains(t.kind()) && !past && !apart)
                    || (behind && tenants > 1 && t.is(Kind.TENANT)));
  }

  private String text(Piece piece) {
    return request.text().substring(piece.typed.getFirst().from(), piece.typed.getLast().to());
  }

  /** Whether each clause is a part of the order as a whole, or beside it as a whole. */
  private boolean whole() {
    return request.clauses().stream()
        .flatMap(List::stream)
        .map(RequestClause::typed)
        .allMatch(c ->
            c.stream().anyMatch(order)
                ? c.stream().noneMatch(told::contains)
                : told.containsAll(c));
  }

  private List<Piece> pieces() {
    var out = new ArrayList<Piece>();
    boolean behind = false;
    for (var sentence : request.sentences()) {
      boolean cited = sentence.stream().anyMatch(order);
      boolean signs = request.signed().containsAll(sentence);
      if (!cited && !signs) {
        out.add(new Piece(sentence, new Position(behind, true, timed())));
      }
      for (var clause : cited ? RequestClause.of(sentence) : List.<RequestClause>of()) {
        boolean mine = clause.typed().stream().anyMatch(order);
        if (!mine && told.containsAll(clause.typed())) {
          out.add(new Piece(clause.typed(), new Position(behind, false, timed())));
        }
        behind |= mine;
      }
    }
    return out;
  }

  /** Whether the order says by itself when. */
  private boolean timed() {
    return request.sentences().stream()
        .filter(s -> s.stream().anyMatch(order))
        .flatMap(s -> PhraseReader.readSentence(s).stream())
        .anyMatch(t -> OrderEvidence.timed(t) && t.all().anyMatch(order));
  }

  private boolean bends(Piece piece) {
    var typed = piece.typed;
    boolean fragment =
        piece.at.behind()
            && piece.at.alone()
            && typed.stream().filter(t -> !t.isMark()).count() <= LONGEST_FRAGMENT
            && CueReader.of(typed, true, false).isEmpty()
            && typed.stream().noneMatch(OrderCore::tells)
            && typed.stream().noneMatch(t -> RequestClause.is(t, "finite"))
            && !signs(typed);
    return fragment
        || request.text().startsWith("?", typed.getLast().to())
        || typed.stream()
            .anyMatch(t -> t.is(Kind.INSTANT) && (piece.at.behind() || !piece.at.timed()));
  }

  /** Names and roles at the end, of who asks. */
  private boolean signs(List<Token> typed) {
    var said = typed.stream().filter(t -> !t.isMark()).toList();
    return !said.isEmpty()
        && said.size() <= LONGEST_SIGNATURE
        && said.stream()
            .allMatch(t ->
                t.is(Kind.UNKNOWN)
                    || t.is(Kind.REFERENCE)
                    || t.is(Kind.ROUTE)
                    || (t.is(Kind.WORD) && !Background.directs(t.text())))
        && said.stream().anyMatch(t -> Character.isUpperCase(first(t)))
        && request.sentences().stream()
            .filter(s -> s.getFirst().from() >= typed.getFirst().from())
            .noneMatch(s -> s.stream().anyMatch(order) || s.stream().anyMatch(OrderCore::tells));
  }

  private int first(Token word) {
    return request.text().substring(word.from()).replaceFirst("^[/(\\[-]+", "").codePointAt(0);
  }

  /** A word that binds an order, where it doesn't only tell. */
  private static boolean directs(Piece piece) {
    var typed = piece.typed;
    return IntStream.range(0, typed.size()).anyMatch(i -> directs(typed, i, piece.at));
  }

  private static boolean directs(List<Token> typed, int at, Position position) {
    var word = typed.get(at);
    boolean front = !position.behind();
    boolean tells =
        OrderCore.tells(word, typed.getFirst(), position.behind())
            || is(word, "loose")
            || is(word, "asking")
            || (front && is(word, "ahead"));
    boolean doubt =
        is(word, "doubt")
            && !OrderCore.counted(typed, at)
            && (position.behind() || !OrderCore.is(word, "fact"));
    boolean plain = word.is(Kind.WORD) || word.is(Kind.UNKNOWN);
    boolean directs = OrderEvidence.is(word, "stop") || OrderEvidence.directs(typed, at);
    return doubt || (plain && directs && !tells);
  }

  private static boolean is(Token token, String key) {
    boolean word = token.is(Kind.WORD) || token.is(Kind.UNKNOWN);
    return word && key.equals(WORDS.get(token.text()));
  }
}
