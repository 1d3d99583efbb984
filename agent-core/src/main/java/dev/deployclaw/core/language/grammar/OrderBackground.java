package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.grammar.OrderCore.Position;
import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Sentences and clauses beside the order of a ticket. Only a piece that says how something is or
 * was is background, with its numbers, dates and references; what orders, narrows, delays, denies
 * or doubts, or names what the order doesn't, binds it. One object, one reading.
 */
final class OrderBackground {
  private static final Map<String, String> WORDS =
      PatternTable.keys(OrderBackground.class, "aside.txt");

  private static final int NEAR = 5;

  /** Phrases that bear on nothing but by the names and figures in them. */
  private static final Set<String> PLAIN = OrderCore.words("plain");

  /** Orders that are for all services. */
  private static final String WHOLE = "PHRASE op (?:block|unblock|copy-policy|rollback)\\b.*";

  private static final List<String> TIMES = List.of("start", "until", "between", "span", "lasting");

  /** Before a time that something lasts until, or begins at. */
  private static final Set<String> BOUNDS =
      Set.of("until", "till", "from", "by", "for", "starting", "beginning", "effective", "through");

  private final ToldSentences sentences;
  private final OrderContent order = new OrderContent();
  private final List<Token> told = new ArrayList<>();
  private final List<String> background = new ArrayList<>();
  private boolean binding;

  private OrderBackground(ToldSentences sentences) {
    this.sentences = sentences;
  }

  /**
   * The request, with what only tells apart; empty where something beside the order binds it.
   *
   * @param quoted what the order uses
   */
  static Optional<UnquotedPieces> of(ToldSentences sentences, Predicate<Token> quoted) {
    var out = new OrderBackground(sentences);
    var used = new ArrayList<BesideClause>();
    var unused = new ArrayList<List<BesideClause>>();
    for (var sentence : sentences.sentences()) {
      boolean behind = !used.isEmpty();
      var clauses = BesideClause.of(sentence, behind);
      boolean cited = sentence.stream().anyMatch(quoted);
      if (!cited && !sentences.signed().containsAll(sentence)) {
        unused.add(clauses);
        continue;
      }
      if (sentences.told().containsAll(sentence)) {
        out.told.addAll(sentence);
        continue;
      }
      for (var clause : clauses) {
        if (clause.typed().stream().anyMatch(quoted)) {
          used.add(clause);
        } else {
          unused.add(List.of(clause.behind(behind || !used.isEmpty())));
        }
      }
    }
    used.forEach(c -> out.order.add(c.typed(), c.read()));
    unused.forEach(out::sort);
    return out.binding
        ? Optional.empty()
        : Optional.of(UnquotedPieces.ordering(sentences, quoted, out.told, out.background));
  }

  private void sort(List<BesideClause> clauses) {
    var typed = clauses.stream().flatMap(c -> c.typed().stream()).toList();
    boolean bears = clauses.stream().anyMatch(this::bears);
    boolean restates =
        !bears && clauses.stream().anyMatch(c -> c.read().stream().anyMatch(t -> t.is("op")));
    boolean asks = sentences.text().startsWith("?", typed.getLast().to());
    boolean binds = clauses.stream().anyMatch(c -> binds(c, restates));
    String words = sentences.text().substring(typed.getFirst().from(), typed.getLast().to());
    boolean apart = clauses.stream().allMatch(c -> within(c.across(), typed));
    boolean strange =
        typed.stream().anyMatch(t -> OrderEvidence.NAMES.contains(t.kind()) && !order.has(t));
    boolean tells = !strange && !binds && sentences.told().containsAll(typed);
    boolean alone =
        sentences.sentences().stream()
            .anyMatch(s -> s.size() <= typed.size() + 1 && s.containsAll(typed));
    var said = typed.stream().filter(t -> clauses.stream().anyMatch(c -> c.keeps(t))).toList();
    boolean open =
        !tells
            && !said.isEmpty()
            && !OrderCore.states(
                sentences, said, new Position(clauses.getFirst().behind(), alone, timed()));
    boolean orders = clauses.stream().flatMap(c -> c.read().stream()).anyMatch(OrderCore::sets);
    boolean background = tells || (!bears && apart && !open);
    if (!tells && (asks || binds || (orders && !background))) {
      binding = true;
    } else if (background) {
      told.addAll(typed);
      this.background.add(words);
    }
  }

  private static boolean within(List<Token> phrases, List<Token> typed) {
    return phrases.stream()
        .allMatch(t -> t.from() >= typed.getFirst().from() && t.to() <= typed.getLast().to());
  }

  /**
   * A part of a sentence.
   *
   * @param read the same with the phrases of its sentence
   * @param behind whether the order stands before it
   * @param across phrases that reach into its neighbours
   * @param past whether it tells of what was
   * @param seen whether it tells of that, or of what somebody sees
   */
  private record BesideClause(
      List<Token> typed,
      List<Token> read,
      boolean behind,
      List<Token> across,
      boolean past,
      boolean seen) {
    static List<BesideClause> of(List<Token> sentence, boolean behind) {
      var read = PhraseReader.readSentence(sentence);
      return cut(sentence).stream().map(typed -> of(typed, read, behind)).toList();
    }

    private static BesideClause of(List<Token> typed, List<Token> read, boolean behind) {
      int from = typed.getFirst().from();
      int to = typed.getLast().to();
      boolean asked = typed.stream().anyMatch(t -> is(t, "asking"));
      boolean past = typed.stream().anyMatch(t -> is(t, "lately") || OrderEvidence.is(t, "past"));
      boolean seen = past || typed.stream().anyMatch(t -> is(t, "seen"));
      var inside = read.stream().filter(t -> t.from() >= from && t.to() <= to).toList();
      var across =
          read.stream().filter(t -> t.from() < to && t.to() > from && !inside.contains(t)).toList();
      return new BesideClause(typed, inside, behind, across, past && !asked, seen && !asked);
    }

    private static List<List<Token>> cut(List<Token> sentence) {
      var out = new ArrayList<List<Token>>();
      out.add(new ArrayList<>());
      for (Token token : sentence) {
        boolean links = ClauseReader.links(token) && !token.text().equals("as");
        if (token.isMark() || links) {
          out.add(new ArrayList<>());
        }
        if (!token.isMark()) {
          out.getLast().add(token);
        }
      }
      out.removeIf(c -> c.isEmpty() || (c.size() == 1 && ClauseReader.links(c.getFirst())));
      return out.isEmpty() ? List.of(sentence) : out;
    }

    BesideClause behind(boolean order) {
      return new BesideClause(typed, read, order, across, past, seen);
    }

    boolean tells() {
      return seen && !behind;
    }

    /** Whether a word is in no phrase that carries nothing. */
    boolean keeps(Token word) {
      return Stream.concat(read.stream(), across.stream())
          .anyMatch(t -> t.from() <= word.from() && word.to() <= t.to());
    }

    /** The words right before one of it. */
    List<Token> before(Token token) {
      int at = Math.max(0, typed.indexOf(token));
      return typed.subList(Math.max(0, at - NEAR), at);
    }
  }

  private boolean bears(BesideClause clause) {
    return Stream.concat(clause.read().stream(), clause.across().stream())
        .anyMatch(t -> bears(clause, t));
  }

  private boolean bears(BesideClause clause, Token token) {
    if (!token.is(Kind.NUMBER) && order.has(token)) {
      return clause.behind() && token.is(Kind.TENANT) && isOneOfSeveral();
    }
    return switch (token.kind()) {
      case WORD, UNKNOWN -> false;
      case PHRASE -> phrase(clause, token);
      case TENANT, SERVICE, LABEL ->
          (!tells(clause) || !hasOther(token.kind())) && !antecedent(clause, token);
      case RATE, COUNT, PARALLEL, FACTOR, PERCENT ->
          !clause.tells() && !observed(clause, token) && !current(clause);
      case INSTANT, DATE, CLOCK, TIME ->
          !clause.past() && !order.hasWords(token) && !names(clause, token) && !apart(clause);
      case DURATION -> OrderEvidence.lasts(clause.typed(), clause.typed().indexOf(token));
      case ROUTE -> !(clause.behind() && token.text().matches("/\\p{Lu}\\p{L}+"));
      case BURST, WINDOW, METHOD, SETTING, EXECUTION, LIMIT, HEADER -> true;
      case NUMBER -> order.has(token);
      case REFERENCE, ZONE, UNIT, PER -> false;
    };
  }

  private boolean phrase(BesideClause clause, Token phrase) {
    var parts = phrase.parts();
    boolean inside = parts.stream().filter(t -> !t.is(Kind.WORD)).anyMatch(t -> bears(clause, t));
    return switch (phrase.text()) {
      case "mode" -> !clause.tells();
      case "lasting" -> OrderEvidence.orders(clause.typed(), phrase, true);
      case "set" -> !clause.tells() && OrderEvidence.orders(clause.typed(), phrase, true);
      case "start", "asked-time", "between", "span" ->
          parts.stream().anyMatch(t -> BOUNDS.contains(t.text())) || inside;
      default -> !PLAIN.contains(phrase.text()) || inside;
    };
  }

  /** The order says a name of that kind itself, or needs none. */
  private boolean hasOther(Kind kind) {
    return order
        .values()
        .anyMatch(k -> k.startsWith(kind + " ") || (kind == Kind.SERVICE && k.matches(WHOLE)));
  }

  private boolean binds(BesideClause clause, boolean restates) {
    return clause.read().stream()
        .filter(t -> t.is(Kind.WORD) || t.is(Kind.UNKNOWN))
        .anyMatch(word -> {
          boolean tells =
              OrderCore.tells(word, clause.typed().getFirst(), clause.behind())
                  || is(word, "loose")
                  || is(word, "asking")
                  || (is(word, "ahead") && !clause.behind())
                  || (is(word, "modal") && restates);
          int at = clause.typed().indexOf(word);
          boolean directs =
              OrderEvidence.is(word, "stop") || OrderEvidence.directs(clause.typed(), at);
          return (is(word, "doubt")
                  && !OrderCore.counted(clause.typed(), at)
                  && (clause.behind() || !OrderCore.is(word, "fact")))
              || (directs && !tells);
        });
  }

  /** A figure behind a verb that tells, or behind a word that guesses. */
  private static boolean observed(BesideClause clause, Token figure) {
    return clause.before(figure).stream()
        .anyMatch(t -> OrderEvidence.is(t, "past") || is(t, "seen"));
  }

  private boolean tells(BesideClause clause) {
    boolean now = !clause.behind() && clause.typed().stream().anyMatch(OrderCore::tells);
    return now || clause.tells();
  }

  private boolean isOneOfSeveral() {
    return order.values().filter(k -> k.startsWith("TENANT ")).count() > 1;
  }

  /** What "them" or "it" of the order stands for. */
  private boolean antecedent(BesideClause clause, Token name) {
    return !clause.behind()
        && !name.is(Kind.LABEL)
        && order
            .values()
            .noneMatch(k ->
                k.startsWith("TENANT ") || k.startsWith("LABEL ") || k.startsWith("PHRASE all"))
        && order.values().anyMatch(k -> k.startsWith("PHRASE pronoun"))
        && OrderCore.named(sentences);
  }

  /** The order says by itself when, or what is told concerns none of its names. */
  private boolean apart(BesideClause clause) {
    boolean named =
        clause.typed().stream()
            .anyMatch(t -> OrderEvidence.NAMES.contains(t.kind()) || OrderCore.is(t, "theirs"));
    return !clause.behind() && (timed() || !named);
  }

  private boolean timed() {
    return TIMES.stream()
        .anyMatch(time -> order.values().anyMatch(k -> k.startsWith("PHRASE " + time + " ")));
  }

  /** "They have 20/s": how it is, where the order says a value itself. */
  private boolean current(BesideClause clause) {
    return !clause.behind() && clause.typed().stream().anyMatch(OrderCore::tells) && hasFigure();
  }

  private boolean hasFigure() {
    return OrderEvidence.FIGURES.stream()
        .anyMatch(kind -> order.values().anyMatch(k -> k.startsWith(kind + " ")));
  }

  /** "The retro of 24 November": a date that is a name. */
  private static boolean names(BesideClause clause, Token time) {
    var before = clause.before(time);
    return !before.isEmpty() && is(before.getLast(), "naming");
  }

  private static boolean is(Token token, String key) {
    boolean word = token.is(Kind.WORD) || token.is(Kind.UNKNOWN);
    return word && key.equals(WORDS.get(token.text()));
  }
}
