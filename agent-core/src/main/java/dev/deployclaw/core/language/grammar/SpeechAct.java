package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Which clauses of a request are shown to be orders of who asks, now: they begin with a verb of
 * ours, ask politely, say what shall be or what was agreed, or are made of values alone. What is,
 * was or would be, what others want, do or say, and what is asked order nothing, whatever figures
 * stand there. One object, one request.
 */
final class SpeechAct {
  /** Somebody else's words, where there are three of them or more. */
  private static final Pattern QUOTED =
      Pattern.compile(
          "\"[^\"]+\"|[“„][^”“]+[”“]|«[^»]+»"
              + "|(?m:^[ \\t]*>[^\\n]*)|(?<![\\p{L}\\p{N}])['‘](?:[^'’\\n]|['’](?=\\p{L}))+['’](?![\\p{L}\\p{N}])");

  private static final int FEW_WORDS = 3;

  private static final String INVERTED =
      "^ inverted | ^ leading inverted | ^ permitting <who> | ^ permitting <where> | ^ leading permitting <who>"
          + " | ^ leading * permitting <who> | ^ permitting =the =agent";

  private static final Pattern QUESTION = Pattern.compile("[\"”’')\\s]*[!?]*\\?");

  private final ToldSentences request;
  private final List<MatchResult> quotes;
  private final List<RequestClause> shown = new ArrayList<>();

  /** Of the others those that are surely none, whatever else is ordered. */
  private final List<RequestClause> denied = new ArrayList<>();

  SpeechAct(ToldSentences request) {
    this.request = request;
    this.quotes = quotes(request.text());
    for (var sentence : request.sentences()) {
      part(sentence.getLast().to(), request.clauses(sentence));
    }
  }

  /** Those that are shown to be orders. */
  List<List<Token>> shown() {
    return shown.stream().map(RequestClause::typed).toList();
  }

  /** Clauses that are surely no order, with what a reader uses and no order has. */
  List<String> denied(Predicate<Token> used) {
    if (shown.stream().anyMatch(SpeechAct::points)) {
      return List.of();
    }
    var ordered = shown.stream().flatMap(c -> c.read().stream()).toList();
    var named = shown.stream().flatMap(c -> c.typed().stream()).map(Token::text).toList();
    return denied.stream()
        .filter(c ->
            c.read().stream()
                .filter(SpeechAct::weighs)
                .filter(t -> t.all().filter(part -> part.parts().isEmpty()).anyMatch(used))
                .anyMatch(t -> names(c, named) || ordered.stream().noneMatch(o -> alike(o, t))))
        .map(c -> request.text(c.typed()))
        .toList();
  }

  /** Whether it is about others, or another place. */
  private static boolean names(RequestClause clause, List<String> named) {
    return clause.typed().stream()
        .anyMatch(t -> TokenClass.is(t, "name | everybody") && !named.contains(t.text()));
  }

  private static boolean weighs(Token token) {
    return TokenClass.is(token, "figure | <burst> | <number> | <op> | <mode>");
  }

  private static boolean alike(Token one, Token other) {
    return one.is(other.kind())
        && one.value().compareTo(other.value()) == 0
        && one.window().compareTo(other.window()) == 0
        && (!one.is(Kind.PHRASE)
            || (one.text().equals(other.text()) && one.rule().equals(other.rule())));
  }

  /** "Please set it", "could you do that", "please apply": an order of what is told elsewhere. */
  private static boolean points(RequestClause clause) {
    var typed = clause.typed();
    var read = clause.read();
    boolean does =
        TokenClass.has(typed, "doing")
            || TokenClass.has(read, "<set> | <live>")
            || read.stream().anyMatch(t -> t.is("polite") && TokenClass.holds(t, "needing"));
    return read.stream().noneMatch(SpeechAct::weighs)
        && ((TokenClass.has(typed, "applying") && asks(typed, read))
            || (does && TokenClass.has(typed, "value")))
        && (isOffered(clause) || requests(read) || leads(read, clause.past()));
  }

  private void part(int end, List<RequestClause> clauses) {
    boolean asked =
        !clauses.getLast().reads("^ <polite> $")
            && QUESTION.matcher(request.text()).region(end, request.text().length()).lookingAt();
    boolean tag = clauses.size() > 1 && clauses.getLast().has("^ tag $");
    boolean timed =
        clauses.stream().flatMap(c -> c.read().stream()).anyMatch(t -> TokenClass.is(t, "timed"));
    boolean order = false;
    for (int i = 0; i < clauses.size(); i++) {
      var clause = clauses.get(i);
      boolean reported =
          (i > 0 && reports(clauses.get(i - 1)))
              || (i + 1 < clauses.size() && clauses.get(i + 1).has("^ saying"));
      boolean rest = i > 0 && clause.isRest(clauses.get(i - 1));
      boolean none =
          reported
              || tag
              || isQuoted(clause)
              || clause.has("thanking =for | =you =for")
              || (asked && !isOffered(clause) && !clause.reads("<polite>"))
              || isOver(clause)
              || (!timed && clause.isStated());
      order = !none && (rest ? order : isOrder(clause, timed));
      if (order) {
        shown.add(clause);
      } else if (none || clause.isState() || states(clause)) {
        denied.add(clause);
      }
    }
  }

  /** "20 rps for acme is right", "so the limit is 600 a minute now". */
  private static boolean states(RequestClause clause) {
    boolean concludes = clause.has("^ =so") && clause.has("limits");
    return clause.reads("stating")
        && (concludes || (clause.has("name | everybody") && !clause.has("=new")));
  }

  /** Whether it reports the words of somebody. */
  private boolean reports(RequestClause clause) {
    var typed = clause.typed();
    boolean heads =
        typed.size() < FEW_WORDS && request.text().startsWith(":", typed.getLast().to());
    return (heads && TokenClass.has(typed, "framing"))
        || TokenClass.has(typed, "^ =according")
        || (TokenClass.has(typed, "saying $") && !TokenClass.has(typed, "^ =as"));
  }

  private boolean isQuoted(RequestClause clause) {
    int from = clause.typed().getFirst().from();
    int to = clause.typed().getLast().to();
    return quotes.stream().anyMatch(m -> m.start() <= from && to <= m.end());
  }

  /** A request that is in quotation marks as a whole is one all the same. */
  private static List<MatchResult> quotes(String text) {
    return QUOTED
        .matcher(text)
        .results()
        .filter(m -> m.group().split("\\s+", -1).length >= FEW_WORDS)
        .filter(m -> !m.group().equals(text.strip()) || m.group().startsWith(">"))
        .toList();
  }

  /** "Can we instead allow", "could that be put". */
  private static boolean isOffered(RequestClause clause) {
    return clause.has("offering asker | offering * =be")
        && clause.read().stream().anyMatch(SpeechAct::isVerb);
  }

  private static boolean isVerb(Token token) {
    return TokenClass.is(token, "verbal | <factor>");
  }

  /** What was, what others want, and what somebody thinks; not what was agreed. */
  private static boolean isOver(RequestClause clause) {
    var typed = clause.typed();
    boolean others = TokenClass.has(typed, "opinion") || clause.isTheirs();
    boolean over = clause.past() || clause.isPerfect();
    boolean agreed =
        TokenClass.has(typed, "agreeing")
            || (TokenClass.has(typed, "promising") && TokenClass.has(typed, "asker"));
    return !leads(clause.read(), over)
        && !follows(clause)
        && !clause.isWish()
        && (others || (over && (!agreed || TokenClass.has(typed, "been"))));
  }

  /** Where its sentence says when, what is said to be so orders: "from Monday on it is 40 rps". */
  private static boolean isOrder(RequestClause clause, boolean timed) {
    return commands(clause)
        || isTarget(clause)
        || (timed && !clause.isState())
        || isBare(clause.read());
  }

  private static boolean commands(RequestClause clause) {
    var read = clause.read();
    return leads(read, clause.past() || clause.isPerfect())
        || follows(clause)
        || requests(read)
        || isOffered(clause)
        || clause.isWish()
        || should(read)
        || clause.owes()
        || clause.has("agreeing | promising");
  }

  /** "Acme search to 40 rps for the pilot". */
  private static boolean isTarget(RequestClause clause) {
    var clean = clause.read().stream().takeWhile(t -> !ClauseReader.leftover(t)).toList();
    return !clause.has("finite")
        && clause.read().stream().filter(SpeechAct::isVerb).noneMatch(SpeechAct::isGerund)
        && TokenClass.has(clean, "<who> =to figure | <where> =to figure");
  }

  /** "After this morning's review set …": what is ordered stands behind when. */
  private static boolean follows(RequestClause clause) {
    var read = clause.read();
    return clause.has("^ when")
        && IntStream.range(1, read.size())
            .filter(i -> TokenClass.is(read.get(i), "verbal") && !isGerund(read.get(i)))
            .limit(1)
            .noneMatch(i -> TokenClass.is(read.get(i - 1), "subject | finite | <pronoun>"))
        && TokenClass.has(read, "<set> | <op>");
  }

  /** Asks politely for a value, and for nothing else: "please check that" does. */
  private static boolean requests(List<Token> read) {
    int at =
        IntStream.range(0, read.size())
            .filter(i -> TokenClass.is(read.get(i), "asking | <polite>"))
            .reduce(-1, (_, i) -> i);
    return at >= 0
        && read.stream()
            .skip(at + 1L)
            .dropWhile(t -> isBefore(t) || (t.is(Kind.WORD) && !ClauseReader.leftover(t)))
            .limit(1)
            .noneMatch(t -> TokenClass.isWord(t) && !TokenClass.is(t, "doing"));
  }

  private static boolean isBare(List<Token> read) {
    return read.stream().noneMatch(ClauseReader::leftover)
        && !TokenClass.has(read, "stating | <declined>")
        && read.stream().filter(SpeechAct::isVerb).noneMatch(SpeechAct::isGerund);
  }

  /** The phrases of a sentence that orders; none of another. */
  static Stream<Token> ordered(ToldSentences request, List<Token> sentence) {
    var read = request.read(sentence);
    return orders(sentence, read) ? read.stream() : Stream.empty();
  }

  private static boolean orders(List<Token> typed, List<Token> read) {
    boolean values = read.stream().anyMatch(t -> t.is("op") || FrameReader.slot(t).isPresent());
    boolean clean = read.stream().noneMatch(ClauseReader::leftover);
    return values
        && (asks(typed, read)
            || leads(read, false)
            || should(read)
            || (clean && !TokenClass.has(typed, "having")));
  }

  private static boolean asks(List<Token> typed, List<Token> read) {
    return TokenClass.has(typed, "asking") || TokenClass.has(read, "<polite>");
  }

  /** Begins with a verb of ours, behind courtesies: one that isn't a noun or part of a saying. */
  private static boolean leads(List<Token> read, boolean past) {
    var before = read.stream().takeWhile(SpeechAct::isBefore).toList();
    if (before.size() == read.size()) {
      return false;
    }
    var verb = read.get(before.size());
    var behind = read.subList(before.size() + 1, read.size());
    boolean named = TokenClass.has(before, "<who> | <where>");
    boolean noun =
        (past && (named || TokenClass.has(behind, "^ of")))
            || TokenClass.has(behind, named ? "stating" : "^ stating | ^ <who> =is | ^ <who> =are");
    boolean saying =
        behind.stream()
            .dropWhile(t -> TokenClass.is(t, "determining"))
            .limit(1)
            .anyMatch(t -> t.is(Kind.UNKNOWN) && t.rule().isEmpty());
    return (isVerb(verb) || TokenClass.is(verb, "=let"))
        && (!verb.is("mode") || read.stream().noneMatch(TicketBackground::tells))
        && (TokenClass.has(before, "<polite>") || !isGerund(verb))
        && !noun
        && !saying;
  }

  private static boolean isBefore(Token token) {
    return token.isMark()
        || TokenClass.is(
            token, "<reference> | leading | asking | <polite> | timed | <who> | <where>");
  }

  private static boolean isGerund(Token verb) {
    return verb.all()
        .filter(t -> t.is(Kind.WORD))
        .limit(1)
        .anyMatch(t -> t.text().endsWith("ing") && !t.text().equals("bring"));
  }

  private static boolean should(List<Token> read) {
    return read.stream()
        .anyMatch(t -> TokenClass.is(t, "<set> | <op>") && TokenClass.holds(t, "modal"));
  }

  /**
   * Whether what would be done is asked, in no polite way.
   *
   * @param read the phrases of the request
   * @param ordering those of its orders
   */
  static boolean isQuestion(List<Token> read, List<Token> ordering) {
    boolean polite = false;
    boolean slots = false;
    boolean first = true;
    boolean inverted = false;
    for (Token token : read) {
      boolean mark = token.isStop();
      var rest = read.subList(read.indexOf(token), read.size());
      inverted = (!mark && inverted) || (first && TokenClass.has(rest, INVERTED));
      first = mark;
      if ((mark && token.text().equals("?") && slots && !polite) || (slots && inverted)) {
        return true;
      }
      polite = !mark && (polite || token.is("polite"));
      boolean matters = TokenClass.is(token, "<op> | <set>") || FrameReader.slot(token).isPresent();
      slots = !mark && (slots || (ordering.contains(token) && matters));
    }
    return false;
  }
}
