package dev.deployclaw.core.language.conversation;

import dev.deployclaw.core.language.conversation.ReadText.Scene;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.task.Conversation.Piece;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads "the same for acme": the last request of its requester with a slot changed. */
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
    if (group || !so.plans() || !said.typed().stream().allMatch(VariationReader::isPlain)) {
      return unclear;
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
