package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.grammar.Frame.Slot;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.value.OpenQuestions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Names that are mentioned only to say that nothing happens to them. */
final class Exclusions {
  private Exclusions() {}

  /** Who is to be left out of an open group; a question where what stays is what changes. */
  static Set<String> of(
      List<Token> tokens, List<Frame> frames, WhoReader whose, OpenQuestions questions) {
    var out = new LinkedHashSet<String>();
    var who = texts(frames, Slot.WHO, Kind.TENANT);
    var where = texts(frames, Slot.WHERE, Kind.SERVICE);
    boolean open =
        frames.stream().flatMap(f -> f.get(Slot.WHO).stream()).anyMatch(Exclusions::open);
    for (Token spare : tokens.stream().filter(t -> t.is("spare") || t.is("except")).toList()) {
      var tenants = spare.each(Kind.TENANT).map(Token::text).collect(Collectors.toSet());
      var services = spare.each(Kind.SERVICE).map(Token::text).collect(Collectors.toSet());
      boolean other =
          !services.isEmpty() && services.stream().noneMatch(where::contains) && !where.isEmpty();
      boolean another = apart(spare, frames);
      boolean label = !another && spare.all().anyMatch(t -> t.is("labels") || t.is("all"));
      boolean denied = spare.all().anyMatch(t -> t.text().equals("not"));
      if (spare.is("except") && !open && !denied) {
        questions.ask(
            "who", "An exception needs one group to be taken from: which tenants are meant?");
      }
      if (open && services.isEmpty() && !tenants.isEmpty() && !label) {
        out.addAll(whose.exempt(spare));
      } else if (!other
          && !another
          && (label
              || who.isEmpty()
              || tenants.isEmpty()
              || tenants.stream().anyMatch(who::contains))) {
        questions.ask("who", "Something shall stay as it is: what shall change? Name both.");
      }
    }
    return out;
  }

  /** Another value of the same label: no tenant has both. */
  private static boolean apart(Token spare, List<Frame> frames) {
    var who = frames.stream().map(f -> f.get(Slot.WHO)).flatMap(Optional::stream).toList();
    var spared = labels(List.of(spare));
    var changed = labels(who);
    boolean only =
        who.size() == frames.size()
            && spared.size() == 1
            && changed.size() == 1
            && Stream.concat(who.stream(), Stream.of(spare))
                .flatMap(Token::all)
                .noneMatch(t -> t.is("all") || t.is("others") || t.is(Kind.TENANT));
    return only
        && !spared.equals(changed)
        && spared.getFirst().split("=", 2)[0].equals(changed.getFirst().split("=", 2)[0]);
  }

  private static List<String> labels(List<Token> tokens) {
    return tokens.stream().flatMap(t -> t.each(Kind.LABEL)).map(Token::text).distinct().toList();
  }

  private static boolean open(Token who) {
    return who.all().anyMatch(t -> t.is("all") || t.is("labels") || t.is("others"));
  }

  private static Set<String> texts(List<Frame> frames, Slot slot, Kind kind) {
    return frames.stream()
        .flatMap(f -> f.get(slot).stream())
        .flatMap(t -> t.each(kind))
        .map(Token::text)
        .collect(Collectors.toSet());
  }
}
