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
import java.util.stream.Stream;

/**
 * Reads "the same for acme", "make it 30 rps": the requester's last request with a slot changed.
 */
record VariationReader(Scene scene, SpokenText before, Instant at, int turn) {
  /** What a variation may name; a time may begin what the last one ends, and a factor adds up. */
  private static final Set<Kind> NAMES = Set.of(Kind.TENANT, Kind.LABEL, Kind.SERVICE, Kind.ROUTE);

  private static final Set<Kind> AMOUNTS = Set.of(Kind.RATE, Kind.COUNT, Kind.PARALLEL, Kind.BURST);
  private static final Set<String> GROUPS = Set.of("except", "spare", "declined", "pronoun");

  /**
   * @param changed what is changed, as typed
   */
  TurnReading read(String changed, String typed) {
    var so = scene.read(before.text(), at);
    var said = scene.read(changed, at);
    var unclear = TurnReading.Unclear.of(typed, "I can't tell for sure what should be the same.");
    boolean group =
        so.ordering().stream().flatMap(Token::all).anyMatch(t -> GROUPS.contains(t.text()));
    boolean one = so.answer() instanceof Planned(Intent intent) && intent.changes().size() <= 1;
    var turned = new AnswerWords(typed);
    boolean moved = said.typed().stream().anyMatch(t -> NAMES.contains(t.kind()));
    if (group || !one || (moved && (turned.begins("it") || turned.has("instead")))) {
      return unclear;
    }
    if (!said.typed().stream().allMatch(VariationReader::isPlain)) {
      return suggested(so, said, unclear);
    }
    var order = new ArrayList<Token>();
    var text = before;
    var replaced = new ArrayList<Token>();
    for (Run run : runs(said.typed())) {
      var same = ordered(so).filter(t -> t.kind() == run.kind()).toList();
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

  /**
   * A number alone is suggested in the window of the rate before it, where it fits nowhere else.
   */
  private TurnReading suggested(ReadText so, ReadText said, TurnReading.Unclear unclear) {
    var numbers = numbers(said.typed().stream());
    var old = numbers(ordered(so));
    boolean rate =
        ordered(so)
            .allMatch(t ->
                NAMES.contains(t.kind())
                    || (t.is(Kind.RATE) && old.stream().allMatch(n -> is(n, t))));
    var rest = said.typed().stream().filter(t -> !numbers.contains(t));
    if (numbers.size() != 1
        || old.size() != 1
        || !rate
        || !rest.allMatch(VariationReader::isJoint)) {
      return unclear;
    }
    var number = numbers.getFirst();
    var words = said.text().substring(number.from(), number.to());
    var replaced =
        before.replace(old.getFirst().from(), old.getFirst().to(), new Piece(words, turn));
    if (!scene.read(replaced.text(), at).plans()) {
      return unclear;
    }
    var question =
        ClarificationQuestion.of("window-unsaid", "window", words + ": in the same window?");
    return new TurnReading.Unclear(question.suggesting(Optional.of(replaced.text())));
  }

  private static boolean is(Token number, Token rate) {
    return number.value().compareTo(rate.value()) == 0;
  }

  /** The values of a request, but for those that it only tells of. */
  private static Stream<Token> ordered(ReadText so) {
    return so.typed().stream()
        .filter(t -> SlotFamily.of(t).isPresent())
        .filter(
            t -> so.telling().stream().noneMatch(x -> x.from() <= t.from() && t.to() <= x.to()));
  }

  private static List<Token> numbers(Stream<Token> tokens) {
    return tokens
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
    return isValue(token) || isJoint(token);
  }

  private static boolean isJoint(Token token) {
    return token.is(Kind.WORD)
        && (token.text().equals(",") || new AnswerWords(token.text()).is("joint"));
  }

  private static boolean isValue(Token token) {
    return NAMES.contains(token.kind()) || AMOUNTS.contains(token.kind());
  }

  private static List<Token> values(List<Token> typed) {
    return typed.stream().filter(VariationReader::isValue).toList();
  }

  /** Whether all that isn't changed stays as it was typed. */
  private static boolean kept(ReadText so, ReadText whole, List<Token> replaced) {
    var left = new ArrayList<>(whole.leaves().stream().map(SlotFamily::key).toList());
    return so.leaves().stream()
        .filter(t -> replaced.stream().noneMatch(r -> r.from() <= t.from() && t.to() <= r.to()))
        .allMatch(t -> left.remove(SlotFamily.key(t)));
  }
}
