package dev.deployclaw.core.planner;

import static dev.deployclaw.core.planner.Phrase.rule;

import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.RequestedChange.Settings;
import dev.deployclaw.core.task.RequestedChange.Who;
import dev.deployclaw.core.task.TaskOperation;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What is asked for: an operation with its changes. */
record Meant(TaskOperation operation, Optional<String> target, List<RequestedChange> changes) {
  private static final Pattern DOMAIN =
      rule(
          "limits?|limited|limiting|rate"
              + " limits?|quotas?|caps?|throttl(?:e|ed|ing)|polic(?:y|ies)|tenants?|bursts?"
              + "|windows?|drift|checkpoints?|shadow|rollback|enforce(?:d|ment)?|rate|<(?:group|targets|rate|count|parallel|burst|window|counting|run|factor|percent|enforcing|fallback|label|overall|route)>|<unknown>"
              + " 's");
  private static final Pattern LAST =
      rule(
          "(?:last|latest|previous|recent|just)(?:"
              + " (?:change|run|execution|deployment|update|one|thing|rollout))?");
  private static final Pattern CAUTION =
      rule(
          "don't|do"
              + " not|dont|not|never|unless|if|when|whenever|while|until|during|after|before|since|except|excluding|instead|rather|other|others|at"
              + " least|minimum|between|either|or|soon|later|shortly|eventually|sometime|someday|per(?!"
              + " tenant)|(?:around|about|roughly|approximately|nearly|almost)"
              + " (?:<rate>|<count>|<num>|<burst>)");

  /** "Doesn't need a limit", "don't limit": what is denied is the limit, not the request. */
  private static final Pattern NEEDLESS =
      rule(
          "(?:no longer|(?:don't|do not|doesn't|does not)(?: really)?"
              + "(?= (?:\\S+ )?(?:needs?|wants?|requires?|limit|throttle)))");

  /** A word of the grammar where a service's name stands: whoever wrote it meant something. */
  private static final Pattern STRANGE_PLACE =
      rule(
          "on(?: the)? (?!top|average|behalf|hold|request|demand|it|its|this|that|these|those|the"
              + "|them|their|each|every|all|any|a|an|both|which|what|my|our|your|one|canary)"
              + Phrase.WORD
              + "(?= (?:[.,;:=!?<]|for|to|and|by|at|with|in|service|api|$))"
              + "|(?!a|an|the|this|that|each|every|any|all|per|rate|limit|same|which|what|one|whole|and|or|our|of|on|for|my|its"
              + "|their|your|other|as|is|in|to|at|tenant|both|limits)"
              + Phrase.WORD
              + " (?:service|api)(?= (?:[.,;:=!?<]|for|to|and|by|at|with|in|$))");

  Meant {
    changes = List.copyOf(changes);
  }

  /** Reads a phrase without its conditions; empty when it is about something else. */
  static Optional<Meant> read(Phrase phrase, boolean dryRun, Doubts doubts, Grounds grounds) {
    var named = named(phrase, dryRun, doubts);
    unknown(phrase, doubts);
    if (named.isEmpty()) {
      return nameless(phrase, doubts);
    }
    var meant =
        switch (named.get()) {
          case SET_LIMIT, SCALE_LIMIT, SET_MODE -> values(phrase, doubts, grounds);
          case BLOCK, UNBLOCK -> tenantsOnly(named.get(), phrase, doubts, grounds);
          case REMOVE_LIMIT -> remove(phrase, doubts, grounds);
          case COPY_POLICY -> Copies.read(phrase, doubts, grounds);
          case RESOLVE_CONFLICTS -> conflicts(phrase, doubts, grounds);
          case ROLLBACK -> rollback(phrase, doubts, grounds);
          case APPLY_POLICIES, REPAIR_DRIFT, CHECK_DRIFT, SCAN, VALIDATE, SNAPSHOT ->
              scoped(named.get(), phrase, doubts, grounds);
        };
    alike(meant.changes(), doubts);
    return Optional.of(meant);
  }

  private static Optional<TaskOperation> named(Phrase phrase, boolean dryRun, Doubts doubts) {
    boolean question = Operations.looks(phrase) && !dryRun;
    var named = Operations.named(phrase, question);
    if (Clauses.sets(phrase) && !named.contains(TaskOperation.RESOLVE_CONFLICTS)) {
      beside(phrase, named, question, doubts);
      return Optional.of(TaskOperation.SET_LIMIT);
    }
    if (question && named.isEmpty() && !Operations.named(phrase, false).isEmpty()) {
      doubts.ask("Shall it be shown, or changed?");
    }
    var acting = named.stream().filter(o -> !Operations.looking(o)).toList();
    if (acting.size() > 1) {
      doubts.ask(
          "One operation at a time, please: %s or %s?"
              .formatted(acting.get(0).word(), acting.get(1).word()));
    }
    return acting.isEmpty() ? named.stream().findFirst() : acting.stream().findFirst();
  }

  /** A new value and another operation, or a question, are two requests. */
  private static void beside(
      Phrase phrase, List<TaskOperation> named, boolean question, Doubts doubts) {
    var other = named.stream().filter(o -> !absorbed(o, phrase)).findFirst();
    if (other.isPresent()) {
      doubts.ask(
          "One operation at a time, please: %s, or the new limit?".formatted(other.get().word()));
    } else if (question) {
      doubts.ask("Shall the limit be shown, or changed?");
    }
  }

  /** Verbs that also introduce a value: "apply 20 rps", "drop the limit to 20 rps". */
  private static boolean absorbed(TaskOperation operation, Phrase phrase) {
    return Operations.looking(operation)
        || operation == TaskOperation.APPLY_POLICIES
        || (operation == TaskOperation.REMOVE_LIMIT && phrase.has(rule("drop|lift")));
  }

  private static void unknown(Phrase phrase, Doubts doubts) {
    var unnamed = phrase.without(rule("limits? (?:named|called) <unknown>"));
    for (Item item : unnamed.all(Meaning.Unknown.class)) {
      if (item.meaning() instanceof Meaning.Unknown(String text, List<String> near)) {
        doubts.ask(
            near.isEmpty()
                ? "I don't know \"%s\". Which tenant, service or setting is meant?".formatted(text)
                : "\"%s\" could be %s. Which one?".formatted(text, String.join(" or ", near)));
      }
    }
    for (Item item : phrase.all(Meaning.Vague.class)) {
      doubts.ask(
          "\"%s\" isn't an instant. Write it as 2026-12-24T06:00:00Z."
              .formatted(item.meaning() instanceof Meaning.Vague(String text) ? text : ""));
    }
  }

  /** Not an operation that we know: a question when it is about limits, else out of scope. */
  private static Optional<Meant> nameless(Phrase phrase, Doubts doubts) {
    if (!phrase.has(DOMAIN)) {
      return outOfScope(doubts);
    }
    if (phrase.has(
        rule(
            Directions.UP
                + "|"
                + Directions.DOWN
                + "|limit|cap|throttle|set|change|update|restrict"))) {
      doubts.ask("To which limit, with its unit, or by how many percent?");
    } else {
      doubts.ask(
          "What shall be done: set, scale, copy, remove, block, apply, scan, validate, roll back?");
    }
    return Optional.empty();
  }

  /** Unknown words of something out of scope aren't worth a question. */
  private static Optional<Meant> outOfScope(Doubts doubts) {
    doubts.refuse("that is out of scope: the agent changes, checks and rolls back rate limits");
    return Optional.empty();
  }

  private static Meant values(Phrase phrase, Doubts doubts, Grounds grounds) {
    leftovers(phrase, doubts);
    twoInOnePlace(phrase, doubts);
    Directions.compared(phrase, doubts);
    var changes = new ArrayList<RequestedChange>();
    for (Phrase clause : Clauses.of(phrase)) {
      if (Clauses.sets(clause) || clause.has(Meaning.Group.class)) {
        changes.addAll(ChangeReader.read(clause, doubts, grounds));
      }
    }
    var operation = operationOf(changes, doubts);
    contradictions(changes, doubts);
    nowhere(phrase, changes, doubts);
    return new Meant(operation, Optional.empty(), changes.stream().distinct().toList());
  }

  /** Two algorithms or modes where only one limit is spoken of. */
  private static void twoInOnePlace(Phrase phrase, Doubts doubts) {
    boolean places =
        phrase.all(Meaning.Group.class).size() > 1
            || phrase.all(Meaning.Targets.class).size() > 1
            || phrase.all(Meaning.Route.class).size() > 1;
    if (!places
        && (several(phrase, Meaning.Counting.class) || several(phrase, Meaning.Enforcing.class))) {
      doubts.ask("One limit has one algorithm and one mode: which of the two is meant?");
    }
  }

  private static boolean several(Phrase phrase, Class<? extends Meaning> kind) {
    return phrase.all(kind).stream().map(Item::meaning).distinct().count() > 1;
  }

  private static TaskOperation operationOf(List<RequestedChange> changes, Doubts doubts) {
    long scaled = changes.stream().filter(c -> c.scale().isPresent()).count();
    if (scaled > 0) {
      if (scaled < changes.size()
          || changes.stream().anyMatch(c -> !c.set().equals(Settings.NONE))) {
        doubts.ask("Shall the limit be scaled, or set? One of the two at a time, please.");
      }
      return TaskOperation.SCALE_LIMIT;
    }
    boolean modes =
        !changes.isEmpty()
            && changes.stream()
                .allMatch(c ->
                    c.set()
                        .equals(
                            new Settings(
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                c.set().mode(),
                                Optional.empty())));
    return modes ? TaskOperation.SET_MODE : TaskOperation.SET_LIMIT;
  }

  /** The same limit set twice, differently. */
  private static void contradictions(List<RequestedChange> changes, Doubts doubts) {
    for (RequestedChange a : changes) {
      for (RequestedChange b : changes) {
        boolean same =
            a.who().equals(b.who())
                && a.service().equals(b.service())
                && a.route().equals(b.route())
                && a.method().equals(b.method())
                && a.limit().equals(b.limit());
        if (same && !a.equals(b)) {
          doubts.ask("One limit is changed twice: which of the two shall hold?");
        }
      }
    }
  }

  /** "10 rps and 20 rps on search": whether the first counts everywhere isn't said. */
  private static void nowhere(Phrase phrase, List<RequestedChange> changes, Doubts doubts) {
    boolean placed =
        changes.stream()
            .filter(c -> c.service().isEmpty())
            .anyMatch(a ->
                changes.stream().anyMatch(b -> b.service().isPresent() && b.who().equals(a.who())));
    if (placed && !phrase.has(Meaning.Overall.class)) {
      doubts.ask("One value has no service: is it meant for all of them? Say \"overall\" then.");
    }
  }

  /** "A gets it, the rest …": that everybody else shall have the very same is never guessed. */
  private static void alike(List<RequestedChange> changes, Doubts doubts) {
    for (RequestedChange a : changes) {
      for (RequestedChange b : changes) {
        boolean rest = b.who().all() && !a.who().tenants().isEmpty();
        if (rest && b.who().except().containsAll(a.who().tenants()) && a.equals(b.with(a.who()))) {
          doubts.ask("Shall all the others change as well, or stay as they are?");
        }
      }
    }
  }

  private static Meant tenantsOnly(
      TaskOperation operation, Phrase phrase, Doubts doubts, Grounds grounds) {
    leftovers(
        operation == TaskOperation.UNBLOCK ? phrase.without(Operations.UNBLOCKED) : phrase, doubts);
    var scope = ChangeReader.scope(phrase, doubts, grounds);
    requireTenants(scope, doubts);
    if (phrase.has(Meaning.Targets.class) || phrase.has(Meaning.Route.class)) {
      doubts.ask(
          "A block covers all services of a tenant. Block it entirely, or set its limit there to"
              + " 0?");
    }
    return new Meant(operation, Optional.empty(), plain(scope));
  }

  private static Meant remove(Phrase phrase, Doubts doubts, Grounds grounds) {
    leftovers(phrase.without(NEEDLESS), doubts);
    var scope = ChangeReader.scope(phrase, doubts, grounds);
    requireTenants(scope, doubts);
    boolean everything =
        scope.who().stream().anyMatch(w -> w.all() && w.except().isEmpty())
            && !phrase.has(Meaning.Targets.class)
            && !phrase.has(Meaning.Route.class);
    if (everything) {
      doubts.refuse("the limits of all tenants aren't removed at once");
    }
    return new Meant(TaskOperation.REMOVE_LIMIT, Optional.empty(), plain(scope));
  }

  /** Every conflicting window becomes the one that is named. */
  private static Meant conflicts(Phrase phrase, Doubts doubts, Grounds grounds) {
    var windows = new ArrayList<Item>(phrase.all(Meaning.Window.class));
    windows.addAll(phrase.all(Meaning.Duration.class));
    if (windows.size() != 1) {
      doubts.ask("To which window shall the conflicting ones be set?");
      return new Meant(TaskOperation.RESOLVE_CONFLICTS, Optional.empty(), List.of());
    }
    var item = windows.getFirst();
    var millis =
        item.meaning() instanceof Meaning.Window(BigDecimal m) ? m : Quantities.millis(item);
    var seconds = new Amounts(doubts).window(millis);
    seconds.ifPresent(s -> grounds.add(s.toString(), item, Meaning.Duration.class, "duration"));
    leftovers(phrase.without(rule("<window>|<duration>")), doubts);
    var set =
        new Settings(
            Optional.empty(),
            seconds,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    var scope = ChangeReader.scope(phrase, doubts, grounds);
    var changes = new ArrayList<RequestedChange>();
    for (RequestedChange c : scope.changes(set, Optional.empty(), Optional.empty())) {
      boolean said = !c.who().equals(Who.NOBODY);
      var who = said ? c.who() : new Who(List.of(), new TreeMap<>(), true, List.of());
      changes.add(c.with(who));
    }
    return new Meant(TaskOperation.RESOLVE_CONFLICTS, Optional.empty(), changes);
  }

  private static Meant rollback(Phrase phrase, Doubts doubts, Grounds grounds) {
    var runs = phrase.all(Meaning.Run.class);
    leftovers(phrase.without(rule("(?:(?:to|the|state) )*(?:before )?<run>")), doubts);
    if (phrase.has(Meaning.Group.class) || phrase.has(Meaning.Targets.class)) {
      doubts.ask("A rollback takes a whole execution back: which one?");
    }
    if (runs.size() == 1 && runs.getFirst().meaning() instanceof Meaning.Run(String id)) {
      grounds.add(id, runs.getFirst(), "execution");
      return new Meant(TaskOperation.ROLLBACK, Optional.of(id), List.of());
    }
    var last = phrase.find(LAST);
    if (!runs.isEmpty() || last.isEmpty()) {
      doubts.ask("Which execution shall be rolled back? Give its id, or say \"the last one\".");
      return new Meant(TaskOperation.ROLLBACK, Optional.empty(), List.of());
    }
    grounds.add("last", last.get().items().getFirst(), "last");
    return new Meant(TaskOperation.ROLLBACK, Optional.of("last"), List.of());
  }

  /** All tenants need no change in the list: it narrows. */
  private static Meant scoped(
      TaskOperation operation, Phrase phrase, Doubts doubts, Grounds grounds) {
    leftovers(
        Operations.looking(operation)
            ? phrase.without(rule("or|when|not|if|between|while|before|after|since|per"))
            : phrase,
        doubts);
    var changes =
        plain(ChangeReader.scope(phrase, doubts, grounds)).stream().filter(c -> !wide(c)).toList();
    return new Meant(operation, Optional.empty(), changes);
  }

  private static boolean wide(RequestedChange c) {
    boolean everybody = c.who().equals(Who.NOBODY) || (c.who().all() && c.who().except().isEmpty());
    return everybody && c.service().isEmpty() && c.route().isEmpty() && c.method().isEmpty();
  }

  private static List<RequestedChange> plain(ChangeReader.Scope scope) {
    return scope.changes(Settings.NONE, Optional.empty(), Optional.empty());
  }

  private static void requireTenants(ChangeReader.Scope scope, Doubts doubts) {
    if (scope.who().equals(List.of(Who.NOBODY))) {
      doubts.ask("Which tenants are meant? Name them, or say \"all tenants\".");
    }
  }

  /** What no rule has used, and what could turn the meaning round. */
  static void leftovers(Phrase phrase, Doubts doubts) {
    phrase
        .find(STRANGE_PLACE)
        .ifPresent(h -> doubts.ask("Which service is meant by \"%s\"?".formatted(text(h))));
    phrase
        .find(CAUTION)
        .ifPresent(h ->
            doubts.ask(
                "I can't tell what \"%s\" changes here. Say it another way?".formatted(text(h))));
    if (phrase.has(Meaning.Duration.class) || phrase.has(Meaning.Unit.class)) {
      doubts.ask("A length of time is left over: is it a window, or how long the change lasts?");
    }
    if (phrase.has(Meaning.Per.class)) {
      doubts.ask("A unit is without its number: how many requests?");
    }
    if (phrase.has(Meaning.Run.class)) {
      doubts.ask("What has the execution to do with it?");
    }
  }

  private static String text(Phrase.Hit hit) {
    return String.join(" ", hit.items().stream().map(i -> i.meaning().shape()).toList());
  }
}
