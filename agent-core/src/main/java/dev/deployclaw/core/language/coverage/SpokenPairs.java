package dev.deployclaw.core.language.coverage;

import dev.deployclaw.core.language.grammar.RequestGrammar;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.value.SaidChange;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.TaskOperation;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whether a reading keeps together what a request says together. Pure. */
final class SpokenPairs {
  private static final Set<TaskOperation> BLOCKS =
      Set.of(TaskOperation.BLOCK, TaskOperation.UNBLOCK);

  private SpokenPairs() {}

  /**
   * What has the value of another place, or lacks its own; in one form for both.
   *
   * @param spared names that the request leaves alone, as the reading does
   */
  static List<String> apart(RequestGrammar grammar, Intent intent, Set<String> spared) {
    if (grammar.said().isEmpty()) {
      return intent.changes().size() > 1
          ? Stream.concat(bySentence(grammar, intent).stream(), alike(grammar, intent)).toList()
          : List.of();
    }
    var wanted = grammar.said().stream().map(SaidChange::words).collect(Collectors.toSet());
    var read = SaidChange.of(intent).stream().map(SaidChange::words).collect(Collectors.toSet());
    return Stream.concat(
            wanted.stream().filter(w -> !read.contains(w) && !spared.contains(w.split(" ", 2)[0])),
            read.stream().filter(r -> !wanted.contains(r)))
        .sorted()
        .toList();
  }

  /** Whether a limit is for all services: a block always is, so that it says nothing beside one. */
  static boolean isOverall(Intent intent) {
    boolean whole = BLOCKS.containsAll(intent.operations());
    return intent.changes().stream()
        .filter(c -> whole || !BLOCKS.contains(intent.operationOf(c)))
        .anyMatch(c -> c.service().isEmpty());
  }

  /** One rate, for one group, is the same in all limits that are set. */
  private static Stream<String> alike(RequestGrammar grammar, Intent intent) {
    var set =
        intent.changes().stream()
            .filter(c -> intent.operationOf(c) == TaskOperation.SET_LIMIT)
            .toList();
    var rates = grammar.tokens().stream().filter(t -> t.is(Kind.RATE)).toList();
    long whose = grammar.tokens().stream().filter(t -> t.is("who")).count();
    boolean apart =
        set.stream().map(RequestedChange::set).distinct().count() > 1
            || (whose == 1 && set.stream().map(RequestedChange::who).distinct().count() > 1);
    return rates.stream()
        .filter(_ -> rates.size() == 1 && apart)
        .map(t -> grammar.pieces().text().substring(t.from(), t.to()));
  }

  /** Where the grammar can't tell: one name and one rate in a sentence belong together. */
  private static List<String> bySentence(RequestGrammar grammar, Intent intent) {
    var out = new ArrayList<String>();
    var sentence = new ArrayList<Token>();
    for (Token token : grammar.tokens()) {
      sentence.add(token);
      if (token.isStop()) {
        parted(sentence, intent)
            .forEach(t -> out.add(grammar.pieces().text().substring(t.from(), t.to())));
        sentence.clear();
      }
    }
    parted(sentence, intent)
        .forEach(t -> out.add(grammar.pieces().text().substring(t.from(), t.to())));
    return out;
  }

  private static List<Token> parted(List<Token> sentence, Intent intent) {
    var rates = sentence.stream().filter(t -> t.is(Kind.RATE)).toList();
    return Stream.of(Kind.TENANT, Kind.SERVICE)
        .map(kind ->
            sentence.stream().flatMap(t -> t.each(kind)).map(Token::text).distinct().toList())
        .filter(names -> names.size() == 1 && rates.size() == 1)
        .filter(names -> !isRead(names.getFirst(), rates.getFirst().value(), intent))
        .map(_ -> rates.getFirst())
        .toList();
  }

  private static boolean isRead(String name, BigDecimal requests, Intent intent) {
    return intent.changes().stream()
        .filter(c ->
            c.set()
                .requests()
                .filter(n -> BigDecimal.valueOf(n).compareTo(requests) == 0)
                .isPresent())
        .anyMatch(c ->
            c.who().tenants().contains(name)
                || c.who().tenants().isEmpty()
                || c.service().equals(Optional.of(name)));
  }
}
