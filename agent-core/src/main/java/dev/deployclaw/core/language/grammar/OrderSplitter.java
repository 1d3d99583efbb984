package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.grammar.Frame.Slot;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.core.task.TaskOperation.Waits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Cuts a request of several operations into its orders: "block acme and give globex 30 rps". Each
 * says its tenants and one operation; words that may belong to two of them leave it whole. Pure.
 */
final class OrderSplitter {
  private static final Set<String> BEGINNINGS =
      Set.of(TaskOperation.SNAPSHOT.word(), TaskOperation.VALIDATE.word());

  private static final String DOING = "<op> | figure | <mode>";

  private OrderSplitter() {}

  /** Its orders; the whole where there is one, or where it can't be told apart. */
  static List<List<Token>> split(List<Token> tokens) {
    var out = new ArrayList<List<Token>>();
    Optional<String> verb = Optional.empty();
    boolean loose = false;
    for (List<Token> piece : pieces(tokens)) {
      var verbs = verbs(piece);
      boolean other = verbs.size() == 1 && verb.isPresent() && !verbs.contains(verb.get());
      if (verbs.size() > 1 || (other && loose)) {
        return List.of(tokens);
      }
      if (out.isEmpty() || other) {
        out.add(new ArrayList<>());
      }
      out.getLast().addAll(piece);
      loose = verbs.isEmpty() && verb.isPresent() && piece.stream().anyMatch(OrderSplitter::names);
      verb = verbs.isEmpty() ? verb : verbs.stream().findFirst();
    }
    return out.size() > 1 ? named(out).orElse(List.of(tokens)) : List.of(tokens);
  }

  /**
   * Whether a token names what all changes begin with that come behind it: a snapshot of no one's,
   * or the check of policies before they are applied.
   */
  static boolean isBegun(Token token, List<Token> all) {
    var before = all.subList(0, all.indexOf(token));
    var after = all.subList(before.size() + 1, all.size());
    var verbs = after.stream().filter(t -> t.is("op")).toList();
    return token.is("op")
        && BEGINNINGS.contains(token.rule())
        && before.stream().noneMatch(t -> ClauseReader.leftover(t) || t.text().equals("only"))
        && !TokenClass.has(before, DOING)
        && TokenClass.has(after, "^ cut | ^ <polite> cut | ^ =please cut")
        && TokenClass.has(after, DOING)
        && after.stream().skip(1).limit(1).noneMatch(t -> TokenClass.holds(t, "asker"))
        && !(verbs.isEmpty() && token.rule().equals(TaskOperation.VALIDATE.word()))
        && verbs.stream()
            .flatMap(t -> TaskOperation.ofWord(t.rule()).stream())
            .allMatch(o -> begins(o, token.rule()));
  }

  /** Whether such an operation begins with another one. */
  public static boolean begins(TaskOperation operation, String other) {
    return other.equals(TaskOperation.SNAPSHOT.word())
        ? operation.waits() == Waits.AT_THE_GATE
        : other.equals(TaskOperation.VALIDATE.word()) && operation == TaskOperation.APPLY_POLICIES;
  }

  /**
   * The words of the first of several operations, which may be a request by themselves; empty where
   * that would leave out what may bind the whole.
   */
  static Optional<List<Token>> first(List<Token> tokens) {
    var binding = tokens.stream().filter(t -> TokenClass.is(t, "binding")).toList();
    return leading(tokens).filter(some -> some.containsAll(binding));
  }

  private static Optional<List<Token>> leading(List<Token> tokens) {
    var out = new ArrayList<Token>();
    Set<String> verb = Set.of();
    for (List<Token> piece : pieces(tokens)) {
      var verbs = verbs(piece);
      if (!verb.isEmpty() && !verbs.isEmpty() && !verb.containsAll(verbs)) {
        return Optional.of(out);
      }
      verb = verbs.isEmpty() ? verb : verbs;
      piece.stream().filter(t -> !isCut(t)).forEach(out::add);
    }
    return Optional.empty();
  }

  /** A cut stands at the end of its piece. */
  private static List<List<Token>> pieces(List<Token> tokens) {
    var out = new ArrayList<List<Token>>();
    out.add(new ArrayList<>());
    boolean fresh = false;
    for (Token token : tokens) {
      out.getLast().add(token);
      boolean opens = fresh && verbs(out.getLast()).isEmpty();
      if (isCut(token) && (token.isStop() || !opens)) {
        out.add(new ArrayList<>());
        fresh = token.isStop();
      }
    }
    return out;
  }

  private static boolean isCut(Token token) {
    return token.is(Kind.WORD) && TokenClass.is(token, "cut");
  }

  private static Set<String> verbs(List<Token> piece) {
    return piece.stream()
        .map(OrderSplitter::verb)
        .flatMap(Optional::stream)
        .collect(Collectors.toSet());
  }

  /** The token that says what an order does. */
  static Token verbOf(List<Token> order) {
    return order.stream().filter(t -> verb(t).isPresent()).findFirst().orElse(order.getFirst());
  }

  private static Optional<String> verb(Token token) {
    if (token.is("op")) {
      return Optional.of(token.rule());
    }
    return FrameReader.slot(token).flatMap(OrderSplitter::valued).map(TaskOperation::word);
  }

  private static Optional<TaskOperation> valued(Slot slot) {
    return switch (slot) {
      case FACTOR -> Optional.of(TaskOperation.SCALE_LIMIT);
      case MODE -> Optional.of(TaskOperation.SET_MODE);
      case AMOUNT, BURST, WINDOW, ALGORITHM, FALLBACK, KEY -> Optional.of(TaskOperation.SET_LIMIT);
      case WHO, WHERE, ROUTE, METHOD, WAS, NAME, PICK -> Optional.empty();
    };
  }

  private static boolean names(Token token) {
    return TokenClass.is(token, "<who> | <where> | <pronoun>");
  }

  private static boolean points(Token token) {
    return token.is("pronoun") || (token.is(Kind.WORD) && TokenClass.is(token, "owner"));
  }

  private static boolean single(Token who) {
    return who.each(Kind.TENANT).count() == 1
        && !TokenClass.holds(who, "<labels> | <all> | <others>");
  }

  /** Each with its tenants; "its" and "their" are those of the order before, where it is one. */
  private static Optional<List<List<Token>>> named(List<List<Token>> orders) {
    Optional<Token> before = Optional.empty();
    var out = new ArrayList<List<Token>>();
    for (List<Token> order : orders) {
      boolean edits =
          verbs(order).stream()
              .flatMap(v -> TaskOperation.ofWord(v).stream())
              .allMatch(TaskOperation::editsTenants);
      var who = order.stream().filter(t -> t.is("who")).findFirst();
      boolean points = order.stream().flatMap(Token::all).anyMatch(OrderSplitter::points);
      var whose = points ? before.filter(OrderSplitter::single) : who;
      if (!edits || whose.isEmpty() || (points && who.isPresent())) {
        return Optional.empty();
      }
      var with = new ArrayList<>(order);
      with.removeIf(t -> t.is("pronoun"));
      with.addAll(0, points ? whose.stream().toList() : List.of());
      out.add(with);
      before = whose;
    }
    return Optional.of(out);
  }
}
