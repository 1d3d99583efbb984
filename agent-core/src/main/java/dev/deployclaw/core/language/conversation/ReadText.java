package dev.deployclaw.core.language.conversation;

import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.Interpretation;
import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.language.grammar.RequestGrammar;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.core.language.lexer.EstateNames;
import dev.deployclaw.core.language.lexer.RequestLexer;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.time.TimeReader;
import dev.deployclaw.core.language.value.OpenQuestions;
import dev.deployclaw.core.task.TaskRequest;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A text as the grammar reads it at a time.
 *
 * @param typed its tokens, times resolved, before any phrase
 * @param ordering what orders, as phrases
 * @param telling what only tells
 */
record ReadText(
    String text,
    List<Token> typed,
    List<Token> ordering,
    List<Token> telling,
    Interpretation answer) {

  /** The names and the zone by which texts are read. */
  record Scene(NameInventory inventory, ZoneId zone) {
    ReadText read(String text, Instant at) {
      var request = new TaskRequest(text, "", at);
      var grammar = RequestGrammar.of(request, inventory, zone, new OpenQuestions());
      var answer = new GrammarInterpreter(zone).read(request, inventory);
      return new ReadText(text, typed(text, at), grammar.tokens(), grammar.telling(), answer);
    }

    List<Token> typed(String text, Instant at) {
      var times = new TimeReader(text, at.atZone(zone), new OpenQuestions());
      return times.read(RequestLexer.read(text, new EstateNames(inventory))).tokens();
    }
  }

  /** With these tokens alone. */
  ReadText only(List<Token> some) {
    return new ReadText(text, some, ordering, telling, answer);
  }

  boolean plans() {
    return answer instanceof Planned;
  }

  List<ClarificationQuestion> questions() {
    return answer instanceof NeedsClarification unclear ? unclear.questions() : List.of();
  }

  Optional<ClarificationQuestion> question(String text) {
    return questions().stream().filter(q -> q.text().equals(text)).findFirst();
  }

  List<Token> leaves() {
    return typed.stream().flatMap(t -> SlotFamily.leaves(t).stream()).toList();
  }

  /** Whether each token of another text is in it as it was typed, but for those of a place. */
  boolean holds(ReadText other, Optional<ClarificationQuestion.Place> but) {
    var left = new ArrayList<>(leaves().stream().map(SlotFamily::key).toList());
    return other.leaves().stream()
        .filter(t -> but.filter(p -> p.from() <= t.from() && t.to() <= p.to()).isEmpty())
        .filter(t -> !isMark(t))
        .allMatch(t -> left.remove(SlotFamily.key(t)));
  }

  /** Whether something with a value between two characters only tells. */
  boolean tells(int from, int to) {
    return telling.stream()
        .anyMatch(t -> t.from() >= from && t.to() <= to && SlotFamily.of(t).isPresent());
  }

  /** Marks carry nothing at the end of a text, and may go. */
  private static boolean isMark(Token token) {
    return token.is(Kind.WORD) && ".;!?,".contains(token.text());
  }
}
