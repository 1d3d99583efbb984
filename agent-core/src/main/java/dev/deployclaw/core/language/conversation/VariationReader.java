package dev.deployclaw.core.language.conversation;

import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.conversation.ReadText.Scene;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.task.Conversation.Piece;
import dev.deployclaw.core.task.Intent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads "the same for acme", "make it 30 rps": the requester's last request with a slot changed.
 */
record VariationReader(Scene scene, SpokenText before, Instant at, int turn) {
  private static final Set<Kind> VALUES =
      Set.of(
          Kind.TENANT,
          Kind.LABEL,
          Kind.SERVICE,
          Kind.ROUTE,
          Kind.RATE,
          Kind.COUNT,
          Kind.PARALLEL,
          Kind.BURST,
          Kind.FACTOR,
          Kind.PERCENT,
          Kind.INSTANT,
          Kind.DURATION);
  private static final Set<String> GROUPS = Set.of("except", "spare", "declined", "pronoun");

  /**
   * @param changed what is changed, as typed
   */
  TurnReading read(String changed, String typed) {
    var so = scene.read(before.text(), at);
    var said = scene.read(changed, at);
    var unclear = TurnReading.Unclear.of(typed, "I can't tell for sure what is to be the same.");
    boolean group =
        so.ordering().stream().flatMap(Token::all).anyMatch(t -> GROUPS.contains(t.text()));
    boolean one = so.answer() instanceof Planned(Intent intent) && intent.changes().size() <= 1;
    if (group || !one) {
      return unclear;
    }
    if (!said.typed().stream().allMatch(VariationReader::isPlain)) {
      return suggested(so, said, unclear);
    }
    var order = new ArrayList<Token>();
    var text = before;
    var replaced = new ArrayList<Token>();
    for (Run run : runs(said.typed())) {
      var same = values(so.typed()).stream().filter(t -> t.kind() == run.kind()).toList();
      if (same.size() != 1 || order.stream().anyMatch(t -> t.is(run.kind()))) {
        return unclear;
      }
      order.addAll(run.tokens());
      replaced.add(same.getFirst());
    }
    replaced.sort(Comparator.comparingInt(Token::from).reversed());
    for (Token old : replaced) {
      var run = runs(said.typed()).stream().filter(r -> r.kind() == old.kind()).findFirst();
      String words = run.orElseThrow().in(changed);
      text = text.replace(old.from(), old.to(), new Piece(words, turn));
    }
    var whole = scene.read(text.text(), at);
    boolean used = !order.isEmpty() && whole.holds(said.only(order), Optional.empty());
    return used && kept(so, whole, replaced) ? new TurnReading.Whole(text) : unclear;
  }

  /** A number alone is suggested in the window of the one rate before it: it may be of another. */
  private TurnReading suggested(ReadText so, ReadText said, TurnReading.Unclear unclear) {
    var numbers = numbers(said.typed());
    var rates = so.typed().stream().filter(t -> t.is(Kind.RATE)).toList();
    var rest = said.typed().stream().filter(t -> !numbers.contains(t));
    if (numbers.size() != 1 || rates.size() != 1 || !rest.allMatch(VariationReader::isPlain)) {
      return unclear;
    }
    var old = numbers(rates).getFirst();
    var number = numbers.getFirst();
    var words = said.text().substring(number.from(), number.to());
    var text = before.replace(old.from(), old.to(), new Piece(words, turn)).text();
    if (!scene.read(text, at).plans()) {
      return unclear;
    }
    var question =
        ClarificationQuestion.of("window-unsaid", "window", words + ": in the window of before?");
    return new TurnReading.Unclear(question.suggesting(Optional.of(text)));
  }

  private static List<Token> numbers(List<Token> tokens) {
    return tokens.stream()
        .flatMap(t -> SlotFamily.leaves(t).stream())
        .filter(t -> t.is(Kind.NUMBER))
        .toList();
  }

  /** Values of one kind that stand together. */
  private record Run(List<Token> tokens) {
    Kind kind() {
      return tokens.getFirst().kind();
    }

    String in(String text) {
      return text.substring(tokens.getFirst().from(), tokens.getLast().to());
    }
  }

  private static List<Run> runs(List<Token> typed) {
    var out = new ArrayList<Run>();
    for (Token value : values(typed)) {
      boolean goesOn = !out.isEmpty() && out.getLast().kind() == value.kind();
      var tokens = new ArrayList<>(goesOn ? out.removeLast().tokens() : List.<Token>of());
      tokens.add(value);
      out.add(new Run(List.copyOf(tokens)));
    }
    return out;
  }

  private static boolean isPlain(Token token) {
    return VALUES.contains(token.kind())
        || (token.is(Kind.WORD)
            && (token.text().equals(",") || new AnswerWords(token.text()).is("joint")));
  }

  private static List<Token> values(List<Token> typed) {
    return typed.stream().filter(t -> VALUES.contains(t.kind())).toList();
  }

  /** Whether all that isn't changed stays as it was typed. */
  private static boolean kept(ReadText so, ReadText whole, List<Token> replaced) {
    var left = new ArrayList<>(whole.leaves().stream().map(SlotFamily::key).toList());
    return so.leaves().stream()
        .filter(t -> replaced.stream().noneMatch(r -> r.from() <= t.from() && t.to() <= r.to()))
        .allMatch(t -> left.remove(SlotFamily.key(t)));
  }
}
