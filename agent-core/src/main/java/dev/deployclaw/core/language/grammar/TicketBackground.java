package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.cue.BindingCue;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
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
  /** So many words without a verb are no statement. */
  private static final int LONGEST_FRAGMENT = 4;

  private static final int LONGEST_SIGNATURE = 8;

  /**
   * A sentence beside the order, or a clause of the order's own.
   *
   * @param behind whether the order stands before it
   * @param alone whether it is a sentence of its own
   * @param timed whether the order says by itself when
   */
  private record Piece(List<Token> typed, boolean behind, boolean alone, boolean timed) {
    Token first() {
      return typed.getFirst();
    }

    /** Without its marks. */
    List<Token> said() {
      return typed.stream().filter(t -> !t.isMark()).toList();
    }

    boolean any(IntPredicate which) {
      return IntStream.range(0, typed.size()).anyMatch(which);
    }

    boolean has(String sequences) {
      return TokenClass.has(typed, sequences);
    }
  }

  /** Whether something beside the order may bend it. */
  boolean binds() {
    return pieces().stream().anyMatch(this::bends);
  }

  /** Whether all of it is told by words that are known to tell. */
  public boolean tells() {
    boolean strange =
        request.typed().stream()
            .filter(t -> TokenClass.is(t, "<number> | name | figure | detail"))
            .anyMatch(t -> !order.test(t) && !told.contains(t));
    return !strange
        && !binds()
        && whole()
        && pieces().stream()
            .allMatch(p -> request.told().containsAll(p.typed) || (!bears(p) && isTold(p)));
  }

  /** Whether what it says, beside phrases that carry nothing, is by words that tell. */
  private boolean isTold(Piece piece) {
    var read = request.read(piece.typed);
    var said =
        piece.typed.stream()
            .filter(t -> read.stream().anyMatch(r -> r.from() <= t.from() && t.to() <= r.to()))
            .toList();
    var part = new Piece(said, piece.behind, piece.alone, piece.timed);
    return said.isEmpty() || (!part.any(i -> directs(part, i)) && states(part));
  }

  /** Whether it has a time, a place or a name that the order may need. */
  private boolean bears(Piece piece) {
    boolean past = piece.any(i -> RequestClause.past(piece.typed, i));
    boolean apart = !piece.behind && (piece.timed || !piece.has("name | theirs"));
    long tenants =
        request.typed().stream()
            .filter(t -> t.is(Kind.TENANT) && order.test(t))
            .map(Token::text)
            .distinct()
            .count();
    return piece.any(i -> OrderEvidence.lasts(piece.typed, i))
        || (piece.behind && request.text(piece.typed).contains("("))
        || piece.has("detail")
        || (piece.has("moment") && !past && !apart)
        || (piece.behind && tenants > 1 && piece.has("<tenant>"));
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
    boolean timed = timed();
    for (var sentence : request.sentences()) {
      boolean cited = sentence.stream().anyMatch(order);
      if (!cited && !request.signed().containsAll(sentence)) {
        out.add(new Piece(sentence, behind, true, timed));
      }
      for (var clause : cited ? request.clauses(sentence) : List.<RequestClause>of()) {
        boolean mine = clause.typed().stream().anyMatch(order);
        if (!mine && told.containsAll(clause.typed())) {
          out.add(new Piece(clause.typed(), behind, false, timed));
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
        .flatMap(s -> request.read(s).stream())
        .anyMatch(t -> TokenClass.is(t, "timed") && t.all().anyMatch(order));
  }

  private boolean bends(Piece piece) {
    boolean fragment =
        piece.behind
            && piece.alone
            && piece.said().size() <= LONGEST_FRAGMENT
            && BindingCue.of(piece.typed, true, false).isEmpty()
            && piece.typed.stream().noneMatch(TicketBackground::tells)
            && !piece.has("finite")
            && !signs(piece.typed);
    return fragment
        || request.text().startsWith("?", piece.typed.getLast().to())
        || (piece.has("<instant>") && (piece.behind || !piece.timed));
  }

  /** Names and roles at the end, of who asks. */
  private boolean signs(List<Token> typed) {
    var said = typed.stream().filter(t -> !t.isMark()).toList();
    return !said.isEmpty()
        && said.size() <= LONGEST_SIGNATURE
        && said.stream()
            .allMatch(t ->
                TokenClass.is(t, "<unknown> | <reference> | <route>")
                    || (t.is(Kind.WORD) && !OrderEvidence.directs(t)))
        && said.stream().anyMatch(t -> Character.isUpperCase(first(t)))
        && request.sentences().stream()
            .filter(s -> s.getFirst().from() >= typed.getFirst().from())
            .noneMatch(s -> s.stream().anyMatch(t -> order.test(t) || tells(t)));
  }

  private int first(Token word) {
    return request.text().substring(word.from()).replaceFirst("^[/(\\[-]+", "").codePointAt(0);
  }

  /** A word that binds an order, where it doesn't only tell. */
  private static boolean directs(Piece piece, int at) {
    var word = piece.typed.get(at);
    boolean fact = TokenClass.is(word, "fact");
    boolean counted = TokenClass.has(piece.typed.subList(at, piece.typed.size()), "^ * calls");
    boolean tells =
        (!piece.behind && TokenClass.is(word, "fact | ahead"))
            || (ClauseReader.links(piece.first()) && TokenClass.is(word, "free"))
            || TokenClass.is(word, "loose | asking");
    boolean directs =
        TokenClass.is(word, "stop")
            || (TokenClass.isWord(word) && OrderEvidence.directs(piece.typed, at));
    return (TokenClass.is(word, "doubt") && !counted && (piece.behind || !fact))
        || (directs && !tells);
  }

  /**
   * Whether a piece says how the world is or was, and nothing about the request: of what, and by
   * which verb, is listed; a word of those who decide, of time, scope or trial takes it out.
   */
  private boolean states(Piece piece) {
    boolean quotes = piece.has("speech") && (!piece.alone || piece.has("=: $"));
    boolean terms =
        piece.alone
            ? piece.behind && OrderEvidence.promises(piece.typed)
            : OrderEvidence.isTerms(piece.typed, piece.behind, piece.timed);
    if (quotes || terms || piece.has("^ whole | ^ * whole") || piece.any(i -> turns(piece, i))) {
      return false;
    }
    var said = piece.said();
    boolean happens = piece.alone || piece.behind;
    boolean event =
        said.stream()
            .filter(t -> !(piece.behind && TokenClass.is(t, "light")))
            .anyMatch(t -> TokenClass.is(t, happens ? "events | happens | past" : "events | past"));
    boolean topic = TokenClass.has(said, "topic | name | <reference>");
    boolean front = piece.alone && !piece.behind;
    boolean figure =
        TokenClass.has(said, "<number>") && !TokenClass.has(said, "<reference> | place");
    boolean labels =
        said.stream()
            .allMatch(t -> TokenClass.is(t, "<reference> | <number> | place | leading | closing"));
    boolean refers =
        Stream.of("place", "having", "<reference> | <number> | =attached")
            .allMatch(c -> TokenClass.has(said, c));
    return (labels && !figure)
        || refers
        || (piece.alone && piece.behind && closes(piece.typed))
        || (topic
            && (event
                || reason(piece)
                || (front && said.stream().anyMatch(TicketBackground::tells))))
        || (TokenClass.has(said, "theirs") && (event || (front && TokenClass.has(said, "having"))));
  }

  private static boolean reason(Piece piece) {
    return !piece.alone
        && ClauseReader.links(piece.first())
        && piece.has("^ !=due * | ^ =due =to")
        && (piece.timed || !piece.has("^ =while"));
  }

  private static boolean turns(Piece piece, int i) {
    var rest = piece.typed.subList(i, piece.typed.size());
    boolean purpose = i > 0 && TokenClass.has(piece.typed.subList(i - 1, i + 1), "=so =that");
    boolean points =
        TokenClass.has(rest, "^ pointing")
            && !purpose
            && !TokenClass.has(rest, "^ * dating | ^ * =week");
    boolean subject =
        i < 2 || TokenClass.has(rest, "^ =this") || TokenClass.is(piece.typed.get(i - 1), "fact");
    boolean dated =
        TokenClass.has(rest, "^ neutral")
            && !piece.timed
            && piece.typed.stream().noneMatch(TicketBackground::finite);
    return dated
        || (points && (piece.behind || subject))
        || TokenClass.has(rest, "^ contrast | ^ authority | ^ having =to | ^ long")
        || (TokenClass.has(rest, "^ <instant>") && (piece.behind || !piece.timed))
        || (piece.behind
            && (TokenClass.has(rest, "^ turn | ^ self | ^ figure | ^ <time>")
                || OrderEvidence.directs(rest.getFirst())));
  }

  static boolean tells(Token token) {
    return TokenClass.is(token, "verb | having | place | <reference>") || finite(token);
  }

  /** "Regards, Tomasz", or a last line of a name and a role. */
  private boolean closes(List<Token> typed) {
    var first = typed.getFirst();
    String before = request.text().substring(0, first.from());
    boolean line = before.stripTrailing().length() < before.lastIndexOf('\n') + 1;
    boolean last = typed.getLast().equals(request.typed().getLast()) && typed.size() <= 2;
    boolean opens = TokenClass.is(first, "closing") && !TokenClass.is(first, "=from");
    var name = typed.stream().filter(t -> !t.isMark()).findFirst().orElse(first);
    return (opens || line || last)
        && typed.size() <= LONGEST_SIGNATURE
        && typed.stream().noneMatch(TicketBackground::finite)
        && Character.isUpperCase(request.text().charAt(name.from()))
        && typed.stream()
            .allMatch(t ->
                t.isMark()
                    || TokenClass.is(t, "closing | role | <number>")
                    || ToldSentences.isName(t)
                    || (t.is(Kind.UNKNOWN) && t.rule().isEmpty()));
  }

  /** "Confirmed", "crashed", "signed". */
  private static boolean finite(Token token) {
    return TokenClass.is(token, "past")
        || (TokenClass.isWord(token) && token.text().matches("\\p{L}{2,}ed"));
  }
}
