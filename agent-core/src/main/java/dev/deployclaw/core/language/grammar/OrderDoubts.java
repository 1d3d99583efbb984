package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.grammar.Frame.Slot;
import dev.deployclaw.core.language.lexer.EstateNames;
import dev.deployclaw.core.language.lexer.RequestLexer;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.value.OpenQuestions;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.TaskOperation;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** What is no whole request, and orders that can be read in two ways though all is understood. */
record OrderDoubts(List<Token> tokens, OpenQuestions questions) {
  /** What gives the verb beside it no value. */
  private static final String VALUELESS =
      "<word> | <who> | <where> | <set> | <up> | <down> | <pronoun> | <polite>";

  /** In milliseconds: no limit lasts less. */
  private static final BigDecimal SHORTEST = BigDecimal.valueOf(60_000);

  private static final List<Kind> NAMES = List.of(Kind.TENANT, Kind.SERVICE, Kind.LABEL);

  /** What a story names beside the order might belong to it. */
  void told(List<Token> telling, TaskOperation operation) {
    boolean whole = operation == TaskOperation.ROLLBACK;
    for (Kind kind : whole ? List.of(Kind.TENANT, Kind.LABEL) : NAMES) {
      var named = tokens.stream().flatMap(t -> t.each(kind)).map(Token::text).toList();
      boolean other = telling.stream().anyMatch(t -> t.is(kind) && !named.contains(t.text()));
      if (other) {
        questions.ask(
            "who", "The background names other tenants or services: which ones should change?");
      }
    }
  }

  /** A place in a story may have the clock of a time; that of who signs hasn't. */
  void zoned(ToldSentences request, List<Token> telling) {
    var told = telling.stream().filter(t -> !request.signed().contains(t)).toList();
    if (OrderEvidence.zones(request.text(), told, tokens)) {
      questions.ask("time", "Which time zone is that time in?");
    }
  }

  /** Words beside a value that may mean the opposite, a sum, or that all is done already. */
  void opposed(List<Token> typed) {
    if (TokenClass.has(typed, "lifting figure | lifting * figure | =no =more figure")) {
      questions.ask("operation", "Is that the new limit, or should a limit be removed?");
    }
    if (TokenClass.has(typed, "<rate> extra | <count> extra | <parallel> extra")) {
      questions.ask("what", "Is that the new limit, or an addition to it?");
    }
    boolean grew =
        IntStream.range(1, typed.size())
            .filter(i -> TokenClass.has(typed.subList(i - 1, i + 1), "<tenant> <factor>"))
            .anyMatch(i -> typed.get(i).all().anyMatch(t -> t.text().endsWith("ed")));
    if (grew && !TokenClass.has(tokens, "<polite>")) {
      questions.ask("operation", "Did that happen, or should I do it?");
    }
    if (TokenClass.has(typed, "^ =done | ^ * =done | =already =done | =, =done =,")) {
      questions.ask("operation", "Is that done already, or should I do it?");
    }
    if (TokenClass.has(
        typed, "<rate> =/s | <rate> =/sec | <rate> =/min | <rate> =/m | <rate> =/h")) {
      questions.ask("where", "Is that a route, or the window of the limit?");
    }
    boolean keyed = TokenClass.has(tokens, "<mode>") && TokenClass.has(tokens, "<key>");
    if (keyed && !TokenClass.has(tokens, "figure")) {
      questions.ask("what", "Should only the mode change, or also what the limit counts by?");
    }
    if (TokenClass.has(typed, "=move figure | =shift figure | =transfer figure")) {
      questions.ask("what", "What should each new limit be?");
    }
    if (TokenClass.has(typed, "sparing | name =, =, name | name =; =; name")
        || TokenClass.has(
            tokens, "join place-said stating !ordered | ^ place-said stating !ordered")
        || (several(typed, Kind.TENANT) && TokenClass.has(typed, "=is <tenant>"))) {
      questions.ask("who", "Which tenants should stay as they are?");
    }
    if (NAMES.stream().anyMatch(kind -> several(typed, kind))
        && TokenClass.has(typed, "figure summed")) {
      questions.ask("where", "Is that for each of them, or for all together?");
    }
  }

  /** Whether more than one is named of a kind. */
  static boolean several(List<Token> typed, Kind kind) {
    return typed.stream().filter(t -> t.is(kind)).map(Token::text).distinct().count() > 1;
  }

  /** A time between two changes, or in the sentence of the second: for the one or for both? */
  void amidst() {
    boolean before = false;
    boolean timed = false;
    boolean stopped = false;
    boolean again = false;
    boolean asked =
        TokenClass.has(tokens, "timed then-also <who> | timed =, then-also <who> | =, <who> timed");
    boolean now = TokenClass.has(tokens, "figure =now | <who> =now");
    for (Token token : tokens) {
      boolean value = TokenClass.is(token, "<op> | <mode> | figure");
      boolean time = TokenClass.is(token, "timed");
      asked |= (value && timed) || (time && again) || (now && token.is("start"));
      stopped |= before && token.isStop();
      again = (again && !token.isStop()) || (value && stopped);
      before |= value;
      timed |= before && time;
    }
    if (asked) {
      questions.ask("time", "Does that time apply to each change? Ask for one at a time, please.");
    }
  }

  /** A part of what it is for, and somebody beside whom it is for: they are only named. */
  void beside(List<Token> order, List<Frame> frames, TaskOperation operation) {
    boolean copies = operation == TaskOperation.COPY_POLICY;
    var parts = whole(operation) ? "facet | bucket" : copies ? "facet | flow" : "facet";
    if (operation.editsTenants()
        && operation != TaskOperation.SET_LIMIT
        && order.stream()
            .anyMatch(t -> TokenClass.is(t, "<word> | <set>") && TokenClass.holds(t, parts))) {
      questions.ask("what", "Should only that part change, or the whole?");
    }
    boolean loose =
        frames.stream().noneMatch(Frame::hasValue)
            && frames.stream().skip(1).anyMatch(f -> !f.afterBreak() && f.joint().isEmpty());
    boolean stated =
        TokenClass.has(
            order,
            "<op> <who> going | <op> <who> =has !<where> | <op> <who> =have !<where> | <who> going $ | <who> going =.");
    boolean twice =
        order.stream()
            .filter(t -> t.is("who"))
            .map(t -> t.each(Kind.TENANT).map(Token::text).toList())
            .anyMatch(names -> names.size() > Set.copyOf(names).size());
    boolean aside =
        order.stream()
            .flatMap(Token::all)
            .filter(t -> t.is("group"))
            .flatMap(t -> t.parts().stream())
            .anyMatch(t -> t.rule().equals(RequestLexer.BRACKET));
    boolean kept = operation == TaskOperation.ROLLBACK && TokenClass.has(order, "<spare>");
    if ((!copies && (loose || stated || addressed(order)))
        || twice
        || aside
        || kept
        || isBare(order)) {
      questions.ask("who", "Which tenants should change, and which are only mentioned?");
    }
  }

  /**
   * "Block contoso, let northwind be": a verb of its own, without a value, beside another order;
   * not "set contoso's and northwind's limit to 20 rps".
   */
  private static boolean isBare(List<Token> order) {
    boolean joined = false;
    boolean valued = false;
    boolean ahead = false;
    boolean bare = false;
    boolean named = false;
    int verbs = 0;
    for (Token token : order) {
      boolean acts = TokenClass.is(token, "<op> | <set> | <up> | <down>");
      boolean parts = token.isStop() || TokenClass.is(token, "join");
      if (acts && (joined || verbs == 0)) {
        bare |= verbs > 0 && !valued && !named;
        verbs++;
        valued = ahead;
      }
      boolean value = token.is("op") || !TokenClass.is(token, VALUELESS);
      joined = !acts && (joined || parts);
      named = joined && !parts && (named || token.is("who"));
      ahead = value || (ahead && !parts);
      valued |= value;
    }
    return verbs > 1 && (bare || !valued);
  }

  /** Who is named before the verb of whom it is for is told to do it, or shall do it. */
  private static boolean addressed(List<Token> order) {
    var before = new ArrayList<String>();
    boolean verb = false;
    for (Token token : order) {
      var who = token.is("who") ? token.all().map(Token::text).toList() : List.<String>of();
      if (verb && !before.isEmpty() && !before.containsAll(who)) {
        return true;
      }
      if (TokenClass.is(token, verb ? "join | figure | <who>" : "figure") || token.isStop()) {
        before.clear();
        verb = false;
      } else if (!verb) {
        before.addAll(who);
      }
      verb |= TokenClass.is(token, "verbal");
    }
    return false;
  }

  /** Whether it is said how long it lasts, once. */
  void lasting(TaskOperation operation, boolean ends) {
    if (!ends && TokenClass.has(tokens, "<temporarily>")) {
      questions.ask("time", "For how long?");
    }
    if (TokenClass.has(tokens, "<conflict-window>")
        && operation != TaskOperation.RESOLVE_CONFLICTS) {
      questions.ask("time", "What is that duration for?");
    }
    if (!operation.equals(TaskOperation.BLOCK) && tokens.stream().anyMatch(OrderDoubts::isBrief)) {
      questions.ask(
          "time", "Should the change last only that long, or is that the window of a limit?");
    }
    if (ends && TokenClass.has(tokens, "<forever>")) {
      questions.ask("time", "Should the change end after that time, or stay?");
    }
  }

  /** "For 5 s": a limit of a few seconds is rather the window of another value. */
  private static boolean isBrief(Token token) {
    return token.is("lasting")
        && token.each(Kind.DURATION).anyMatch(t -> t.value().compareTo(SHORTEST) < 0);
  }

  /** Several operations: whether a time is for each, and where the ones without a place are. */
  void between(List<List<Token>> orders, List<TaskOperation> operations, boolean timed) {
    boolean ahead =
        TokenClass.is(tokens.getFirst(), "timed")
            && !TokenClass.has(tokens.subList(1, tokens.size()), "timed");
    var sentences = orders.stream().map(OrderSplitter::verbOf).map(this::sentence).toList();
    if (timed && (!ahead || isOfSome("timed", sentences))) {
      questions.ask("time", "Does that time apply to each change? Ask for one at a time, please.");
    }
    if (isOfSome("<dry-run> | <manual> | <canary> | <p99>", sentences)) {
      questions.ask("guard", "Does that hold for each change? Ask for one at a time, please.");
    }
    if (operations.contains(TaskOperation.COPY_POLICY)
        && (TokenClass.has(tokens, "<pronoun>")
            || tokens.stream().anyMatch(t -> t.rule().equals("antecedent")))) {
      questions.ask("who", "Which of the two tenants do you mean?");
    }
    var placed =
        IntStream.range(0, orders.size())
            .filter(
                i -> !whole(operations.get(i)) && operations.get(i) != TaskOperation.COPY_POLICY)
            .mapToObj(i -> orders.get(i).stream().anyMatch(OrderDoubts::place))
            .distinct()
            .count();
    if (placed > 1) {
      questions.ask("where", "One of the changes names no service: which service is it for?");
    }
  }

  /** Whether such a phrase is in the sentence of a change, and another one is in another. */
  private boolean isOfSome(String phrases, List<Long> sentences) {
    return Set.copyOf(sentences).size() > 1
        && tokens.stream()
            .filter(t -> TokenClass.is(t, phrases))
            .anyMatch(t -> sentences.contains(sentence(t)));
  }

  /** How many sentences end before it. */
  private long sentence(Token token) {
    return tokens.stream().filter(t -> t.isStop() && t.to() <= token.from()).count();
  }

  private static boolean place(Token token) {
    return FrameReader.slot(token)
        .filter(s -> s == Slot.WHERE || s == Slot.ROUTE || s == Slot.METHOD || s == Slot.NAME)
        .isPresent();
  }

  private static boolean whole(TaskOperation operation) {
    return operation == TaskOperation.BLOCK || operation == TaskOperation.UNBLOCK;
  }

  /** The same place twice, or a copy or the end of all limits beside another change. */
  void alike(Intent intent, EstateNames names) {
    var changes = intent.changes();
    for (int i = 0; i < changes.size(); i++) {
      for (int j = i + 1; j < changes.size(); j++) {
        var a = changes.get(i);
        var b = changes.get(j);
        var whom = names.meant(b.who());
        boolean met =
            a.who().equals(b.who()) || names.meant(a.who()).stream().anyMatch(whom::contains);
        if (met && contradict(intent, a, b)) {
          questions.ask(
              "what", "The request says two things about one limit: which one do you mean?");
        }
      }
    }
  }

  private static boolean contradict(Intent intent, RequestedChange a, RequestedChange b) {
    var first = intent.operationOf(a);
    var second = intent.operationOf(b);
    boolean copied =
        first != second
            && (first == TaskOperation.COPY_POLICY || second == TaskOperation.COPY_POLICY);
    boolean scaled =
        List.of(first, second).containsAll(List.of(TaskOperation.BLOCK, TaskOperation.SCALE_LIMIT));
    boolean same = copied || place(a).equals(place(b)) || ends(first, a) || ends(second, b);
    return scaled || (whole(first) == whole(second) && same);
  }

  private static boolean ends(TaskOperation operation, RequestedChange change) {
    return operation == TaskOperation.REMOVE_LIMIT
        && place(change).stream().allMatch(Optional::isEmpty);
  }

  private static List<Optional<?>> place(RequestedChange c) {
    return List.of(
        c.service(), c.route(), c.method(), c.limit(), c.limitWindowSeconds(), c.set().key());
  }
}
