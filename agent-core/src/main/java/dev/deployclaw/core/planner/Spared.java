package dev.deployclaw.core.planner;

import static dev.deployclaw.core.planner.Phrase.rule;

import dev.deployclaw.core.task.RequestedChange.Who;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Names that are mentioned only to say that nothing happens to them: "20 rps on orders, and leave
 * reports alone". Such a part of a request names nobody and nothing that is to change. Pure.
 */
final class Spared {
  private static final String THERE =
      "(?:(?:the|its|their|his|her) )*(?:<group> 's )?(?:<targets>|<group>)(?: 's)?(?:"
          + " (?:limits?|quotas?|caps?|polic(?:y|ies)|rates?))?";
  private static final String SAME =
      "(?:alone|out|untouched|unchanged|unaffected|as (?:it|they) (?:is|are|was|were)|as is|as"
          + " before|out of (?:it|this)|be|the same|where (?:it|they) (?:is|are)|blocked|banned|suspended)";
  private static final String WILL = "(?:(?:should|must|shall|can|may|will|is to|are to|to) )?";

  /** The whole of a part that spares somebody. */
  private static final Pattern SPARES =
      Pattern.compile(
          " (?:(?:and|but|just|please|while|then|so) )*(?:"
              + String.join(
                  "|",
                  "(?:don't|do not|dont|never|not)(?: (?:touch|include|change|affect|modify|limit"
                      + "|alter|apply(?: (?:it|this|that))? to|on|for))? "
                      + THERE,
                  "(?:leave|keep|leaving|keeping) " + THERE + "(?: " + SAME + ")*",
                  "without (?:touching|changing|affecting) " + THERE,
                  "(?:skip|exclude|spare|omit|ignore|excluding|except|excepting|other than|apart"
                      + " from)(?: (?:for|on))? "
                      + THERE,
                  "(?:on )?"
                      + THERE
                      + " (?:"
                      + WILL
                      + "(?:stays?|remains?|(?:be )?(?:left|kept))(?: (?:put|exactly|just|"
                      + SAME
                      + "))*|"
                      + WILL
                      + "(?:is|are|be) (?:fine|ok|okay|good|"
                      + SAME
                      + ")(?: "
                      + SAME
                      + ")*|(?:"
                      + WILL
                      + "not|doesn't|don't|won't|shouldn't|mustn't|never) (?:be )?(?:changed?|affected"
                      + "|touched))",
                  "(?:nothing|no changes?)(?: (?:changes|happens|shall change|is to change))?"
                      + " (?:to|on|for|at|with|about) "
                      + THERE)
              + ")(?: (?:please|thanks|either|too|now|for now|of course|though))* ");

  /** What says that something stays, where it can't be told what. */
  private static final Pattern LEFT =
      rule(
          "stays?|remains?|unchanged|untouched|unaffected|as (?:it|they) (?:is|are|was|were)|as is|as"
              + " before|(?:leave|leaving)(?: \\S+){0,4} alone|not (?:be )?(?:change|changed|touched)");

  private static final List<String> BREAKS = List.of(",", ";", ".", "!");
  private static final List<String> LINKS = List.of("and", "but", "while", "without");

  private Spared() {}

  /** The phrase without those parts; a question where nothing is left that would change. */
  static Phrase without(Phrase phrase, Doubts doubts) {
    var kept = new ArrayList<Item>();
    var spared = new ArrayList<Phrase>();
    for (Phrase part : parts(phrase)) {
      if (spares(part)) {
        spared.add(part);
      } else {
        kept.addAll(part.items());
      }
    }
    var rest = new Phrase(kept);
    if (spared.stream().anyMatch(part -> touches(rest, part))) {
      doubts.ask("Something shall stay as it is: what shall change? Name both.");
      return phrase;
    }
    if (rest.has(LEFT)) {
      doubts.ask("What is it that stays as it is, and what changes?");
    }
    return rest;
  }

  /** Whether what changes may hold what is spared, or nothing is left of its kind. */
  private static boolean touches(Phrase rest, Phrase spared) {
    var services = services(spared);
    var tenants = tenants(spared);
    boolean here = services.isEmpty() || !Collections.disjoint(services(rest), services);
    boolean them = tenants.isEmpty() || !Collections.disjoint(tenants(rest), tenants);
    boolean open = !tenants.isEmpty() && everybody(rest);
    boolean nowhere = !services.isEmpty() && tenants.isEmpty() && services(rest).isEmpty();
    boolean nobody = !tenants.isEmpty() && tenants(rest).isEmpty();
    return (here && (them || open)) || nowhere || nobody;
  }

  private static List<String> services(Phrase phrase) {
    return phrase.items().stream()
        .flatMap(
            i -> i.meaning() instanceof Meaning.Targets(List<String> s) ? s.stream() : Stream.of())
        .toList();
  }

  private static List<String> tenants(Phrase phrase) {
    return whose(phrase).flatMap(who -> who.tenants().stream()).toList();
  }

  /** Whether others than those that are named are meant as well. */
  private static boolean everybody(Phrase phrase) {
    return whose(phrase).anyMatch(who -> who.tenants().isEmpty());
  }

  private static Stream<Who> whose(Phrase phrase) {
    return phrase.items().stream()
        .flatMap(i -> i.meaning() instanceof Meaning.Group(List<Who> w) ? w.stream() : Stream.of());
  }

  private static boolean spares(Phrase part) {
    var words = new ArrayList<>(part.items());
    while (!words.isEmpty() && BREAKS.stream().anyMatch(words.getFirst()::is)) {
      words.removeFirst();
    }
    return !Clauses.sets(part) && SPARES.matcher(new Phrase(words).line()).matches();
  }

  /** Cut before each mark and each link, which stay with what follows. */
  static List<Phrase> parts(Phrase phrase) {
    return Piece.of(
            phrase, item -> BREAKS.stream().anyMatch(item::is) || LINKS.stream().anyMatch(item::is))
        .stream()
        .map(Piece::led)
        .toList();
  }
}
