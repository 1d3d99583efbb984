package dev.deployclaw.container.wiring;

import dev.deployclaw.skills.Catalogue;
import dev.deployclaw.skills.Diagnostic;
import dev.deployclaw.skills.Scope;
import dev.deployclaw.skills.SkillFile;
import dev.deployclaw.skills.SkillLock;
import dev.deployclaw.skills.SkillLock.Verdict;
import dev.deployclaw.skills.SkillValidator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Skills against the lock file beside their folders. A folder without a lock file admits nothing: a
 * skill is pinned by a person.
 */
public final class SkillPins {
  private static final String LOCK = "run: deployclaw skills lock ";

  private SkillPins() {}

  /** What pinning a folder came to. */
  public sealed interface Outcome {
    record Pinned(List<Change> changes) implements Outcome {
      public Pinned {
        changes = List.copyOf(changes);
      }
    }

    /** A skill can't be followed as it is, so nothing was pinned. */
    record Invalid(List<Diagnostic> problems) implements Outcome {
      public Invalid {
        problems = List.copyOf(problems);
      }
    }
  }

  /**
   * How a skill stood to its pin before it was pinned anew.
   *
   * @param gained capabilities that it now has
   * @param lost capabilities that it no longer has
   */
  public record Change(String name, Kind kind, List<String> gained, List<String> lost) {
    /** Words for people and documents. */
    public enum Kind {
      SAME,
      NEW,
      CHANGED
    }

    public Change {
      gained = List.copyOf(gained);
      lost = List.copyOf(lost);
    }

    /** For people: {@code my-skill changed, gained [redis.scan]}. */
    public String text() {
      return switch (kind) {
        case SAME -> name + " is pinned as before";
        case NEW -> name + " is pinned, may use " + gained;
        case CHANGED -> name + " is pinned anew, gained " + gained + ", lost " + lost;
      };
    }
  }

  /** Pins all skills below a folder as they are on disk now, unless one of them is invalid. */
  public static Outcome pin(Path folder) throws Unusable {
    var problems = SkillValidator.problemsBelow(folder);
    if (!Diagnostic.valid(problems)) {
      return new Outcome.Invalid(problems);
    }
    var byParent =
        Catalogue.discover(List.of(new Scope("pinned", folder))).skills().values().stream()
            .map(Catalogue.Entry::skill)
            .collect(Collectors.groupingBy(SkillPins::lockFile));
    var changes = new ArrayList<Change>();
    for (var group : byParent.entrySet()) {
      group.getValue().forEach(skill -> changes.add(change(skill)));
      write(group.getKey(), group.getValue());
    }
    return new Outcome.Pinned(changes);
  }

  /** One word for lists: {@code pinned}, {@code unpinned}, {@code changed}, {@code unreadable}. */
  public static String state(SkillFile skill) {
    return switch (verdict(skill)) {
      case Verdict.Pinned() -> "pinned";
      case Verdict.Unpinned() -> "unpinned";
      case Verdict.Changed _ -> "changed";
      case Verdict.Unreadable _ -> "unreadable";
    };
  }

  /** Whether somebody pinned a skill, be it as it is now or otherwise. */
  static boolean isPinned(SkillFile skill) {
    return !(verdict(skill) instanceof Verdict.Unpinned);
  }

  /** Passes when the skill is what was pinned. */
  static void check(SkillFile skill) throws Unusable {
    var folder = lockFile(skill).resolveSibling("");
    switch (verdict(skill)) {
      case Verdict.Pinned() -> {}
      case Verdict.Unpinned() ->
          throw new Unusable(
              "%s: the skill isn't pinned in %s; read it, then %s"
                  .formatted(skill.file(), lockFile(skill), LOCK + folder));
      case Verdict.Changed(var gained, var lost) ->
          throw new Unusable(
              "%s: the skill changed since it was pinned (gained %s, lost %s); read it, then %s"
                  .formatted(skill.file(), gained, lost, LOCK + folder));
      case Verdict.Unreadable(String reason) ->
          throw new Unusable(skill.folder() + ": " + reason + "; make it readable");
    }
  }

  private static Verdict verdict(SkillFile skill) {
    var file = lockFile(skill);
    if (!Files.exists(file)) {
      return new Verdict.Unpinned();
    }
    var reading = SkillLock.read(file);
    return reading.problems().isEmpty()
        ? reading.lock().check(skill)
        : new Verdict.Unreadable(reading.problems().getFirst().text());
  }

  private static Change change(SkillFile skill) {
    var tools = skill.allowedTools().declared();
    return switch (verdict(skill)) {
      case Verdict.Pinned() -> new Change(skill.name(), Change.Kind.SAME, List.of(), List.of());
      case Verdict.Changed(var gained, var lost) ->
          new Change(skill.name(), Change.Kind.CHANGED, gained, lost);
      case Verdict.Unpinned(), Verdict.Unreadable(_) ->
          new Change(skill.name(), Change.Kind.NEW, tools, List.of());
    };
  }

  private static void write(Path lockFile, List<SkillFile> skills) throws Unusable {
    try {
      SkillLock.pin(skills).write(lockFile);
    } catch (IOException e) {
      throw new Unusable(lockFile + " can't be written: " + e);
    }
  }

  private static Path lockFile(SkillFile skill) {
    return skill.folder().resolveSibling(SkillLock.FILE);
  }
}
