package dev.deployclaw.core.language.conversation;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Slots of a request that an answer may be for. */
enum SlotFamily {
  WHO("who except spare declined pronoun"),
  WHERE("where overall each-service named-limit limit-window method-route"),
  WHAT("mode fallback to-percent up down let-at-most conflict-window was key per-key"),
  TIME("start until lasting between span asked-time forever temporarily"),
  GUARD("canary bake p99 manual automatic dry-run"),
  OPERATION("op last");

  @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
  private final Set<String> phrases;

  SlotFamily(String phrases) {
    this.phrases = Set.of(phrases.split(" ", -1));
  }

  /** The one that a question's slot asks for; empty where it asks for words. */
  static Optional<SlotFamily> asked(String slot) {
    return switch (slot) {
      case "who" -> Optional.of(WHO);
      case "where" -> Optional.of(WHERE);
      case "what", "window" -> Optional.of(WHAT);
      case "time" -> Optional.of(TIME);
      case "guard" -> Optional.of(GUARD);
      case "operation", "target" -> Optional.of(OPERATION);
      default -> Optional.empty();
    };
  }

  static Optional<SlotFamily> of(Token token) {
    return switch (token.kind()) {
      case TENANT, LABEL -> Optional.of(WHO);
      case SERVICE, ROUTE, METHOD, LIMIT -> Optional.of(WHERE);
      case NUMBER, PER, RATE, COUNT, PARALLEL, BURST, WINDOW, FACTOR, PERCENT, SETTING, HEADER ->
          Optional.of(WHAT);
      case INSTANT, DATE, CLOCK, ZONE, TIME, DURATION -> Optional.of(TIME);
      case EXECUTION -> Optional.of(OPERATION);
      case PHRASE ->
          Stream.of(values())
              .filter(f -> f.phrases.contains(token.text()) && !token.rule().equals("it"))
              .findFirst();
      case WORD, UNKNOWN, UNIT, REFERENCE -> Optional.empty();
    };
  }

  /** What tokens say for it, in a form that two texts share. */
  Set<String> said(List<Token> tokens) {
    var out = new TreeSet<String>();
    for (Token token : tokens) {
      if (of(token).filter(this::equals).isPresent()) {
        var typed =
            leaves(token).stream()
                .filter(t -> !t.is(Kind.WORD) && !t.is(Kind.UNKNOWN))
                .map(SlotFamily::key);
        int before = out.size();
        typed.forEach(out::add);
        if (out.size() == before) {
          out.add(token.text() + ":" + token.rule());
        }
      }
    }
    return out;
  }

  static List<Token> leaves(Token token) {
    return token.all().filter(t -> t.parts().isEmpty()).toList();
  }

  /** The same for the same word or value. */
  static String key(Token leaf) {
    return Stream.of(leaf.value(), leaf.window())
        .map(number -> number.stripTrailingZeros().toPlainString())
        .collect(Collectors.joining(" ", leaf.kind() + " " + leaf.text() + " ", ""));
  }
}
