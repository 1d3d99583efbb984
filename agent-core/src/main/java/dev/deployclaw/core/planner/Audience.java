package dev.deployclaw.core.planner;

import static dev.deployclaw.core.planner.Phrase.rule;

import dev.deployclaw.core.planner.Phrase.Hit;
import dev.deployclaw.core.task.RequestedChange.Who;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Gathers tenants, labels, everybody, exceptions and services into groups. One thread. */
final class Audience {
  private static final String NOUN =
      "(?:tenants?|customers?|clients?|accounts?|ones?|organi[sz]ations?)";
  private static final String ALSO =
      "(?:(?:,|and|&|\\+|plus|/|also|as well as|for|both|then)(?= ) )+?";
  private static final String KEY = "(?:tier|plan|level|class|label|labels|labelled|labeled)";
  private static final Pattern LABELLED =
      rule(
          "(?:(?:all|every|each|any|the|of|our|with|whose|in|single) )*(?:"
              + NOUN
              + " )?(?:(?:with|whose|in|on|from|that|which|have|has|of|the) )*(?:"
              + KEY
              + "(?: (?:=|:|is|of))? )*<label>(?: "
              + KEY
              + ")*(?: "
              + NOUN
              + ")?(?: "
              + KEY
              + ")*(?: ')?");
  private static final Pattern EVERYBODY =
      rule(
          "(?:all|every|each|any)(?: of)?(?: (?:the|our|my))?(?: single)? "
              + NOUN
              + "(?: ')?|everyone|everybody|all of them|all(?="
              + " (?:but|except|excluding|other|apart|save|bar))");
  private static final Pattern REST =
      rule(
          "(?:all|every|any)(?: of)?(?: the)? other "
              + NOUN
              + "|(?:everyone|everybody) else|all(?: the)? others|the (?:others|rest)(?: of(?: the|"
              + " our)? "
              + NOUN
              + ")?");
  private static final Pattern NAMED =
      rule(
          "(?:(?:the|both) )*(?:"
              + NOUN
              + " )?(?:: )?(?:both )?<tenant>(?: "
              + ALSO
              + "(?:the )?(?:"
              + NOUN
              + " )?<tenant>)*(?: "
              + NOUN
              + "(?! 's))?");
  private static final String STRONG =
      "(?:(?:, )?(?:but not|and not|not|except|excepting|excluding|other than|apart from|aside from"
          + "|besides|save|bar|barring|with the exception of|leaving out|exclusive of)(?: for)?)";
  private static final Pattern EITHER_EXCEPTION =
      rule("(?<=(?:except|but|excluding|not|than|from|besides|for) )<group>(?: or <group>)+");
  private static final Pattern EXCEPT_NEXT =
      rule("<group> (?:" + STRONG + "|(?:, )?(?:but|without|minus|less))(?: for)? <group>");
  private static final Pattern EXCEPT_FAR =
      rule(
          "(?:(?:,|but|and|just|please) )*(?:"
              + STRONG
              + "(?: for)? <group>|(?:don't|do not|dont|never) (?:touch|include|change|apply(?:"
              + " (?:it|this|that))? to|affect|modify|limit) <group>|(?:leave|keep|leaving|keeping)"
              + " <group> (?:alone|out|untouched|as is|as it is|unchanged|out of"
              + " (?:it|this))|(?:skip|exclude|spare|omit|ignore) <group>)");
  private static final String AMONG = "(?:(?:,|and|&|\\+|plus|/|as well as)(?= ) )+?";
  private static final Pattern SERVICES =
      rule(
          "(?:(?:the|both) )*(?:(?:services?|apis?|endpoints?) )?<service>(?: "
              + AMONG
              + "(?:(?:the|on|for) )*<service>)*(?: (?:services?|apis?|endpoints?|traffic))?");
  private static final Pattern EACH_SERVICE = rule("(?:on )?(?:each|every)(?: single)? services?");
  private static final Pattern OVERALL =
      rule(
          "overall|in total|altogether|globally|combined|across the board|(?:on |across |over |for"
              + " )?(?:all|any)(?: of)?(?: (?:the|its|their|our))? services|(?:on|across)"
              + " everything");

  private static final Pattern NOT_THERE =
      rule("(?:(?:,|and|but) )*not (?:on|for|in)(?: the)? <targets>");

  private final KnownNames names;
  private final Doubts doubts;
  private final Grounds grounds;

  private Audience(KnownNames names, Doubts doubts, Grounds grounds) {
    this.names = names;
    this.doubts = doubts;
    this.grounds = grounds;
  }

  static Phrase read(Phrase phrase, KnownNames names, Doubts doubts, Grounds grounds) {
    return new Audience(names, doubts, grounds).read(phrase);
  }

  private Phrase read(Phrase phrase) {
    var grouped =
        phrase
            .rewrite(LABELLED, this::labelled)
            .rewrite(REST, h -> group(h, List.of(others(h, phrase))))
            .rewrite(EVERYBODY, h -> group(h, List.of(everybody(h))))
            .rewrite(NAMED, this::named)
            .rewrite(rule("<group> <group>"), Audience::narrowed)
            .rewrite(EITHER_EXCEPTION, this::together)
            .rewrite(rule("<group>(?: " + ALSO + "<group>)+"), this::together);
    var placed =
        grouped
            .rewrite(EACH_SERVICE, this::eachService)
            .rewrite(OVERALL, h -> Optional.of(h.joined(new Meaning.Overall(), "overall")))
            .rewrite(SERVICES, this::services);
    return Spared.without(
        elsewhere(farExceptions(placed.rewrite(EXCEPT_NEXT, this::except))), doubts);
  }

  /** "On checkout, not on search": a service that is denied carries nothing beside another. */
  private static Phrase elsewhere(Phrase phrase) {
    var rest = phrase.without(NOT_THERE);
    return rest.has(Meaning.Targets.class) ? rest : phrase;
  }

  private Optional<Item> labelled(Hit hit) {
    var item = hit.first(Meaning.Label.class);
    if (!(item.meaning() instanceof Meaning.Label(String key, String value))) {
      return Optional.empty();
    }
    grounds.add(value, item, item.rule());
    var labels = new TreeMap<String, String>();
    labels.put(key, value);
    return group(hit, List.of(new Who(List.of(), labels, false, List.of())));
  }

  private Who everybody(Hit hit) {
    grounds.add("all", hit.joined(new Meaning.Word("all"), "all"), "all");
    return new Who(List.of(), new TreeMap<>(), true, List.of());
  }

  /** "All other tenants": all but those that are named. */
  private Who others(Hit hit, Phrase phrase) {
    var named = new LinkedHashSet<String>();
    for (Item item : phrase.all(Meaning.Tenant.class)) {
      if (item.meaning() instanceof Meaning.Tenant(String name)) {
        named.add(name);
      }
    }
    if (named.isEmpty() || phrase.has(Meaning.Label.class)) {
      doubts.ask("Other than which tenants?");
    }
    grounds.add("all", hit.joined(new Meaning.Word("all"), "all"), "all");
    return new Who(List.of(), new TreeMap<>(), true, List.copyOf(named));
  }

  private Optional<Item> named(Hit hit) {
    var tenants = new LinkedHashSet<String>();
    for (Item item : hit.all(Meaning.Tenant.class)) {
      if (item.meaning() instanceof Meaning.Tenant(String name)) {
        tenants.add(name);
        grounds.add(name, item, item.rule().equals("typo") ? "typo" : "tenant");
      }
    }
    return group(hit, List.of(new Who(List.copyOf(tenants), new TreeMap<>(), false, List.of())));
  }

  /** "Gold tenants in region us": labels of different keys, one behind the other. */
  private static Optional<Item> narrowed(Hit hit) {
    var labels = new TreeMap<String, String>();
    for (Item item : hit.items()) {
      for (Who who : whoOf(item)) {
        boolean other = who.all() || who.labels().isEmpty();
        if (other || who.labels().keySet().stream().anyMatch(labels::containsKey)) {
          return Optional.empty();
        }
        labels.putAll(who.labels());
      }
    }
    return group(hit, List.of(new Who(List.of(), labels, false, List.of())));
  }

  /** Groups in a row stay alternatives. */
  private Optional<Item> together(Hit hit) {
    var who = new ArrayList<Who>();
    for (Item item : hit.all(Meaning.Group.class)) {
      who.addAll(whoOf(item));
    }
    return group(hit, who);
  }

  private Optional<Item> eachService(Hit hit) {
    var all = targets(hit, List.copyOf(names.services()));
    all.ifPresent(item -> names.services().forEach(s -> grounds.add(s, item, "each service")));
    return all;
  }

  private Optional<Item> services(Hit hit) {
    var services = new LinkedHashSet<String>();
    for (Item item : hit.all(Meaning.Service.class)) {
      if (item.meaning() instanceof Meaning.Service(String name)) {
        services.add(name);
        grounds.add(name, item, item.rule().equals("typo") ? "typo" : "service");
      }
    }
    return targets(hit, List.copyOf(services));
  }

  private Optional<Item> except(Hit hit) {
    var groups = hit.all(Meaning.Group.class);
    var all = whoOf(groups.get(0));
    if (all.stream().anyMatch(w -> !w.tenants().isEmpty())) {
      return Optional.empty();
    }
    return group(hit, less(all, exempt(groups.get(1))));
  }

  /** "…, but don't touch fabrikam": belongs to the one group that can have exceptions. */
  private Phrase farExceptions(Phrase phrase) {
    var rest = phrase;
    for (var hit = rest.find(EXCEPT_FAR); hit.isPresent(); hit = rest.find(EXCEPT_FAR)) {
      var exempt = exempt(hit.get().first(Meaning.Group.class));
      boolean denied =
          hit.get().items().stream().anyMatch(i -> i.is("not"))
              && rest.items().subList(0, hit.get().from()).stream()
                  .anyMatch(i -> i.meaning() instanceof Meaning.Group);
      rest = rest.without(hit.get());
      if (denied && onlyOthers(rest, exempt)) {
        continue;
      }
      if (rest.all(Meaning.Group.class).stream().filter(Audience::open).count() != 1) {
        doubts.ask("An exception needs one group to be taken from: which tenants are meant?");
        return rest;
      }
      rest =
          rest.rewrite(
              rule("<group>"),
              h ->
                  open(h.items().getFirst())
                      ? group(h, less(whoOf(h.items().getFirst()), exempt))
                      : Optional.empty());
    }
    return rest;
  }

  /** "Hooli, not stark": whoever is denied was never meant. */
  private static boolean onlyOthers(Phrase rest, List<String> exempt) {
    var named =
        rest.all(Meaning.Group.class).stream()
            .flatMap(i -> whoOf(i).stream())
            .map(Who::tenants)
            .toList();
    return !named.isEmpty()
        && named.stream().noneMatch(t -> t.isEmpty() || !Collections.disjoint(t, exempt));
  }

  private List<String> exempt(Item item) {
    var exempt = new ArrayList<String>();
    for (Who who : whoOf(item)) {
      if (who.all()) {
        doubts.ask("Everybody is the exception: which tenants are meant?");
      }
      exempt.addAll(who.tenants());
      for (var label : who.labels().entrySet()) {
        var tenants = names.labelled(label.getKey(), label.getValue());
        tenants.forEach(tenant -> grounds.add(tenant, item, "label"));
        exempt.addAll(tenants);
      }
    }
    return exempt;
  }

  private static List<Who> less(List<Who> groups, List<String> exempt) {
    var out = new ArrayList<Who>();
    for (Who who : groups) {
      var except = new LinkedHashSet<>(who.except());
      except.addAll(exempt);
      out.add(new Who(who.tenants(), who.labels(), who.all(), List.copyOf(except)));
    }
    return out;
  }

  private static boolean open(Item item) {
    return item.meaning() instanceof Meaning.Group group && group.open();
  }

  private static List<Who> whoOf(Item item) {
    return item.meaning() instanceof Meaning.Group(List<Who> who) ? who : List.of();
  }

  private static Optional<Item> group(Hit hit, List<Who> who) {
    return Optional.of(hit.joined(new Meaning.Group(merged(who)), "group"));
  }

  /** Named tenants become one alternative. */
  private static List<Who> merged(List<Who> who) {
    var tenants = new LinkedHashSet<String>();
    var out = new ArrayList<Who>();
    for (Who one : who) {
      if (one.tenants().isEmpty()) {
        out.add(one);
      } else {
        tenants.addAll(one.tenants());
      }
    }
    if (!tenants.isEmpty()) {
      out.addFirst(new Who(List.copyOf(tenants), new TreeMap<>(), false, List.of()));
    }
    return out;
  }

  private static Optional<Item> targets(Hit hit, List<String> services) {
    return Optional.of(hit.joined(new Meaning.Targets(services), "service"));
  }
}
