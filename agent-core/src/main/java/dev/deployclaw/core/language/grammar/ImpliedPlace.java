package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.grammar.Frame.Slot;
import dev.deployclaw.core.language.lexer.EstateNames;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.value.OpenQuestions;
import dev.deployclaw.core.task.RequestedChange.Who;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.RequestMatch;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * "Set acme to 100 rps": the limit of all its services, or the only limit that it has. Several are
 * a question, and so is a group of which a member has others.
 */
record ImpliedPlace(EstateNames names, OpenQuestions questions) {
  private static final Set<String> NOUNS = Set.of("limit", "cap", "quota", "rate");
  private static final RequestMatch ANYTHING =
      new RequestMatch(Optional.empty(), Optional.empty(), Optional.empty());

  /** Fills the place of a frame; the tokens that stand for it. */
  List<Token> of(Frame frame, List<Who> whom) {
    var who = frame.get(Slot.WHO);
    if (who.isEmpty() || frame.has(Slot.NAME) || frame.has(Slot.PICK)) {
      return List.of();
    }
    var placed =
        whom.stream().flatMap(w -> names.meant(w).stream()).filter(t -> !overall(t)).toList();
    if (placed.isEmpty()) {
      return List.of();
    }
    var only = names.limits(placed.getFirst());
    var named = only.stream().filter(l -> names(frame, l)).toList();
    boolean single =
        whom.size() == 1 && placed.size() == 1 && whom.getFirst().tenants().size() == 1;
    if (single && only.size() == 1) {
      return at(frame, who.get(), only.getFirst());
    }
    return single && named.size() == 1
        ? at(frame, who.get(), named.getFirst())
        : ask(who.get(), placed);
  }

  /** "Its hourly limit to 5000" is of the one limit that has this window. */
  private static boolean names(Frame frame, Limit limit) {
    return frame
        .get(Slot.AMOUNT)
        .filter(t -> t.is(Kind.RATE) && t.parts().stream().anyMatch(p -> NOUNS.contains(p.text())))
        .filter(t -> t.window().compareTo(BigDecimal.valueOf(limit.window().toMillis())) == 0)
        .isPresent();
  }

  /** Whether what names no place is its limit of all services, or a first one. */
  private boolean overall(String tenant) {
    var limits = names.limits(tenant);
    return limits.isEmpty() || limits.stream().anyMatch(l -> l.match().equals(ANYTHING));
  }

  /** All services together are one limit of all; some of them are none. */
  static Token pooled(Token token, EstateNames names) {
    var services = token.each(Kind.SERVICE).map(Token::text).collect(Collectors.toSet());
    return token.is("pool") && (services.isEmpty() || services.containsAll(names.services()))
        ? Token.join(Kind.PHRASE, "overall", "phrase", token.parts())
        : token;
  }

  private static List<Token> at(Frame frame, Token who, Limit limit) {
    var out = new ArrayList<Token>();
    var match = limit.match();
    match
        .service()
        .map(s -> Token.join(Kind.SERVICE, s, "only limit", List.of(who)))
        .map(s -> Token.join(Kind.PHRASE, "where", "only limit", List.of(s)))
        .ifPresent(out::add);
    match
        .route()
        .map(r -> Token.join(Kind.ROUTE, r, "only limit", List.of(who)))
        .ifPresent(out::add);
    match
        .method()
        .map(m -> Token.join(Kind.METHOD, m, "only limit", List.of(who)))
        .ifPresent(out::add);
    out.forEach(t -> frame.put(FrameReader.slot(t).orElseThrow(), t));
    return out;
  }

  private List<Token> ask(Token who, List<String> tenants) {
    var services = new TreeSet<String>();
    tenants.stream()
        .flatMap(t -> names.limits(t).stream())
        .flatMap(l -> l.match().service().stream())
        .forEach(services::add);
    var choices = new ArrayList<>(services.stream().map(s -> "on " + s).toList());
    choices.add("overall");
    String text =
        tenants.size() > 1
            ? "On which service, or on all services together?"
            : "Which limit of %s do you mean, or all its services together?";
    questions.ask(
        ClarificationQuestion.of("where-missing", "where", text.formatted(tenants.getFirst()))
            .choosing(choices));
    return List.of(Token.join(Kind.PHRASE, "where", RequestGrammar.OPEN, List.of(who)));
  }
}
