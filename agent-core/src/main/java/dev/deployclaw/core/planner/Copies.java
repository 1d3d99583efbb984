package dev.deployclaw.core.planner;

import dev.deployclaw.core.task.RequestedChange.Settings;
import dev.deployclaw.core.task.RequestedChange.Who;
import dev.deployclaw.core.task.TaskOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads who copies whose policy. Pure. */
final class Copies {
  private static final Set<String> BEFORE_SOURCE = Set.of("as", "like", "of", "from", "than");
  private static final Set<String> BEFORE_OBJECT =
      Set.of("copy", "clone", "mirror", "duplicate", "replicate", "use", "apply", "reuse", "take");
  private static final Set<String> BEFORE_GOAL =
      Set.of("to", "onto", "for", "into", "give", "on", "let", "make");

  private Copies() {}

  static Meant read(Phrase phrase, Doubts doubts, Grounds grounds) {
    Meant.leftovers(phrase, doubts);
    var groups = new ArrayList<Integer>();
    for (int i = 0; i < phrase.items().size(); i++) {
      if (phrase.items().get(i).meaning() instanceof Meaning.Group) {
        groups.add(i);
      }
    }
    if (groups.size() != 2) {
      doubts.ask("Whose policy shall be copied, and to whom?");
      return new Meant(TaskOperation.COPY_POLICY, Optional.empty(), List.of());
    }
    int first = score(phrase, groups.get(0));
    int second = score(phrase, groups.get(1));
    int source = groups.get(first > second ? 0 : 1);
    if (first == second) {
      doubts.ask("Whose policy shall be copied, and to whom?");
    }
    return copy(phrase, source, doubts, grounds);
  }

  private static Meant copy(Phrase phrase, int source, Doubts doubts, Grounds grounds) {
    var from = one(phrase.items().get(source));
    var rest = new ArrayList<>(phrase.items());
    rest.remove(source);
    var scope = ChangeReader.scope(new Phrase(rest), doubts, grounds);
    boolean itself =
        from.isPresent() && scope.who().stream().anyMatch(w -> w.tenants().contains(from.get()));
    if (from.isEmpty() || itself) {
      doubts.ask("Which one tenant's policy shall be copied, and to which other one?");
    }
    return new Meant(
        TaskOperation.COPY_POLICY,
        Optional.empty(),
        scope.changes(Settings.NONE, Optional.empty(), from));
  }

  private static Optional<String> one(Item item) {
    boolean single =
        item.meaning() instanceof Meaning.Group(List<Who> who)
            && who.size() == 1
            && who.getFirst().tenants().size() == 1;
    return single && item.meaning() instanceof Meaning.Group(List<Who> who)
        ? Optional.of(who.getFirst().tenants().getFirst())
        : Optional.empty();
  }

  /** How much a group looks like the one that is copied from. */
  private static int score(Phrase phrase, int i) {
    String before = shape(phrase, i - 1);
    if (before.equals("for") && BEFORE_SOURCE.contains(shape(phrase, i - 2))) {
      before = shape(phrase, i - 2);
    }
    boolean owns = i + 1 < phrase.items().size() && phrase.items().get(i + 1).is("'s");
    int score = owns ? 1 : 0;
    score += BEFORE_SOURCE.contains(before) ? 3 : BEFORE_OBJECT.contains(before) ? 2 : 0;
    return score - (BEFORE_GOAL.contains(before) ? 2 : 0);
  }

  private static String shape(Phrase phrase, int i) {
    return i >= 0 ? phrase.items().get(i).meaning().shape() : "";
  }
}
