package dev.deployclaw.container.skill;

import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.skills.SkillCatalogue;
import dev.deployclaw.skills.SkillLock;
import dev.deployclaw.skills.SkillLock.Pin;
import dev.deployclaw.skills.SkillLock.Shift;
import dev.deployclaw.skills.SkillLock.Verdict;
import dev.deployclaw.skills.SkillScope;
import dev.deployclaw.skills.SkillValidator;
import dev.deployclaw.skills.procedure.ProcedureReader;
import dev.deployclaw.skills.sheet.OperatorPolicy;
import dev.deployclaw.skills.sheet.SkillDiagnostic;
import dev.deployclaw.skills.sheet.SkillFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Skills against the lock file beside their folders. A folder without a lock file admits nothing: a
 * skill is pinned by a person.
 */
public final class SkillPinService {
  private static final Pin NOTHING = new Pin("", List.of(), Optional.of(List.of()));

  private SkillPinService() {}

  /** What pinning a folder came to. */
  public sealed interface Outcome {
    record Pinned(List<Change> changes) implements Outcome {
      public Pinned {
        changes = List.copyOf(changes);
      }
    }

    /** A skill can't be followed as it is, so nothing was pinned. */
    record Invalid(List<SkillDiagnostic> problems) implements Outcome {
      public Invalid {
        problems = List.copyOf(problems);
      }
    }
  }

  /**
   * How a skill stood to its pin before it was pinned again.
   *
   * @param mayUse what it is granted now
   * @param since how that differs from its pin; for one that wasn't pinned, from nothing
   */
  public record Change(String name, Kind kind, List<String> mayUse, Since since) {
    /** Words for people and documents. */
    public enum Kind {
      SAME,
      NEW,
      CHANGED
    }

    public Change {
      mayUse = List.copyOf(mayUse);
    }

    /**
     * For people: {@code my-skill is pinned again; it declares: gained [redis.scan], lost []; …}.
     */
    public String text() {
      return switch (kind) {
        case SAME -> name + " is pinned as before" + (since.none() ? "" : "; " + since.text());
        case NEW -> name + " is pinned, may use " + mayUse;
        case CHANGED -> name + " is pinned again; " + since.text();
      };
    }
  }

  /**
   * What of a skill's capabilities came and went since it was pinned: by an edit of the skill, or
   * by another configuration of the operator or another set of plugins.
   *
   * @param granted empty where the lock file doesn't say what was granted: an earlier version wrote
   *     it
   */
  public record Since(Shift declared, Optional<Shift> granted) {
    public boolean none() {
      return declared.none() && granted.isPresent() && granted.get().none();
    }

    public String text() {
      return "it declares: %s; it is granted: %s"
          .formatted(
              declared.text(),
              granted
                  .map(Shift::text)
                  .orElse("the lock file of an earlier version doesn't say what it was granted"));
    }

    /** For JSON documents. */
    public Map<String, Object> toMap() {
      var out = new TreeMap<String, Object>();
      out.put("declared", map(declared));
      granted.ifPresent(g -> out.put("granted", map(g)));
      return out;
    }

    private static Map<String, Object> map(Shift shift) {
      return Map.of("gained", shift.gained(), "lost", shift.lost());
    }
  }

  /** Pins all skills below a folder as they are on disk now, unless one of them is invalid. */
  public static Outcome pin(Path folder, OperatorPolicy operator) throws SetupException {
    var problems = SkillValidator.problemsBelow(folder);
    if (!SkillDiagnostic.valid(problems)) {
      return new Outcome.Invalid(problems);
    }
    var byParent =
        SkillCatalogue.discover(List.of(new SkillScope("pinned", folder)))
            .skills()
            .values()
            .stream()
            .map(SkillCatalogue.Entry::skill)
            .collect(Collectors.groupingBy(SkillPinService::lockFile));
    var changes = new ArrayList<Change>();
    for (var group : byParent.entrySet()) {
      group.getValue().forEach(skill -> changes.add(change(skill, operator)));
      write(group.getKey(), group.getValue(), operator);
    }
    return new Outcome.Pinned(changes);
  }

  /** One word for lists: {@code pinned}, {@code unpinned}, {@code changed}, {@code unreadable}. */
  public static String state(SkillFile skill) {
    return switch (verdict(skill)) {
      case Verdict.Pinned _ -> "pinned";
      case Verdict.Unpinned() -> "unpinned";
      case Verdict.Changed _, Verdict.PinnedSince _ -> "changed";
      case Verdict.Unreadable _ -> "unreadable";
    };
  }

  /** What came and went since a skill was pinned; empty where nothing did, or it isn't pinned. */
  public static Optional<Since> since(SkillFile skill, OperatorPolicy operator) {
    return switch (verdict(skill)) {
      case Verdict.Pinned(Pin pin) ->
          Optional.of(since(pin, skill, operator)).filter(s -> !s.none());
      case Verdict.Changed(Pin pin, String _) -> Optional.of(since(pin, skill, operator));
      case Verdict.Unpinned _, Verdict.PinnedSince _, Verdict.Unreadable _ -> Optional.empty();
    };
  }

  /** Whether somebody pinned a skill, be it as it is now or otherwise. */
  static boolean isPinned(SkillFile skill) {
    return !(verdict(skill) instanceof Verdict.Unpinned);
  }

  /** Passes when the skill is what was pinned; gives the hash of its folder. */
  static String check(SkillFile skill, OperatorPolicy operator) throws SetupException {
    return switch (verdict(skill)) {
      case Verdict.Pinned(Pin pin) -> pin.sha256();
      case Verdict.Unpinned() ->
          throw new SetupException(
              "%s: the skill isn't pinned in %s; %s"
                  .formatted(skill.file(), lockFile(skill), remedy(skill)));
      case Verdict.Changed(Pin pin, String _) ->
          throw new SetupException(
              "%s: the skill changed since it was pinned (%s); %s"
                  .formatted(skill.file(), since(pin, skill, operator).text(), remedy(skill)));
      case Verdict.PinnedSince _ ->
          throw new SetupException(
              skill.file() + ": the skill changed while it was read; start again");
      case Verdict.Unreadable(String reason) ->
          throw new SetupException(skill.folder() + ": " + reason + "; make it readable");
    };
  }

  /** What is to be done about a skill that isn't what was pinned. */
  static String remedy(SkillFile skill) {
    return "read it, then run: deployclaw skills lock " + lockFile(skill).resolveSibling("");
  }

  /** How a skill that was read stands to its pin: its whole folder is hashed again. */
  static Verdict verdict(SkillFile skill) {
    var file = lockFile(skill);
    if (!Files.exists(file)) {
      return new Verdict.Unpinned();
    }
    var reading = SkillLock.read(file);
    return reading.problems().isEmpty()
        ? reading.lock().check(skill)
        : new Verdict.Unreadable(reading.problems().getFirst().text());
  }

  static Since since(Pin pin, SkillFile skill, OperatorPolicy operator) {
    var now = ProcedureReader.allowance(skill, operator).granted();
    return new Since(pin.declared(skill), pin.granted(now));
  }

  private static Change change(SkillFile skill, OperatorPolicy operator) {
    var granted = ProcedureReader.allowance(skill, operator).granted();
    return switch (verdict(skill)) {
      case Verdict.Pinned(Pin pin) ->
          new Change(skill.name(), Change.Kind.SAME, granted, since(pin, skill, operator));
      case Verdict.Changed(Pin pin, String _) ->
          new Change(skill.name(), Change.Kind.CHANGED, granted, since(pin, skill, operator));
      case Verdict.PinnedSince(Pin pin) ->
          new Change(skill.name(), Change.Kind.CHANGED, granted, since(pin, skill, operator));
      case Verdict.Unpinned _, Verdict.Unreadable _ ->
          new Change(skill.name(), Change.Kind.NEW, granted, since(NOTHING, skill, operator));
    };
  }

  private static void write(Path lockFile, List<SkillFile> skills, OperatorPolicy operator)
      throws SetupException {
    try {
      SkillLock.pin(skills, operator).write(lockFile);
    } catch (IOException e) {
      throw new SetupException(lockFile + " can't be written: " + e);
    }
  }

  private static Path lockFile(SkillFile skill) {
    return skill.folder().resolveSibling(SkillLock.FILE);
  }
}
