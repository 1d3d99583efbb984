package dev.deployclaw.container.wiring;

import dev.deployclaw.core.plan.Playbook;
import dev.deployclaw.core.plan.Procedure;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.skills.BuiltInSkills;
import dev.deployclaw.skills.Catalogue;
import dev.deployclaw.skills.Diagnostic;
import dev.deployclaw.skills.Procedures;
import dev.deployclaw.skills.Scope;
import dev.deployclaw.skills.SkillFile;
import dev.deployclaw.skills.SkillLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Loads the skills that serve the operations: the operator's folder first, then the packaged ones.
 * A skill that isn't pinned, or changed since, stops the start; so does one without usable steps.
 */
final class SkillShelf {
  private final Path stateDir;
  private final Optional<Path> operatorFolder;

  SkillShelf(Path stateDir, Optional<Path> operatorFolder) {
    this.stateDir = stateDir;
    this.operatorFolder = operatorFolder;
  }

  /** What each operation follows. */
  Playbook playbook() throws Unusable {
    var scopes = new ArrayList<Scope>();
    operatorFolder.ifPresent(folder -> scopes.add(new Scope("operator", folder)));
    scopes.add(new Scope("built-in", unpacked()));
    var catalogue = Catalogue.discover(scopes);
    if (!Diagnostic.loadable(catalogue.diagnostics())) {
      throw new Unusable(errors(catalogue.diagnostics()));
    }
    var procedures = new EnumMap<Operation, Procedure>(Operation.class);
    for (var operation : Operation.values()) {
      var skill = catalogue.serving(operation.word());
      if (skill.isPresent()) {
        procedures.put(operation, procedure(skill.get()));
      }
    }
    return lookUp(procedures);
  }

  /** An operation that no skill serves follows the one that changes rate limits. */
  private static Playbook lookUp(Map<Operation, Procedure> procedures) throws Unusable {
    var otherwise = procedures.get(Operation.APPLY_POLICIES);
    if (otherwise == null) {
      throw new Unusable("no skill serves " + Operation.APPLY_POLICIES.word());
    }
    return operation -> procedures.getOrDefault(operation, otherwise);
  }

  private static Procedure procedure(SkillFile skill) throws Unusable {
    checkPin(skill);
    var reading = Procedures.of(skill);
    return reading.procedure().orElseThrow(() -> new Unusable(lines(reading.problems())));
  }

  private Path unpacked() throws Unusable {
    var folder = stateDir.resolve("skills");
    try {
      BuiltInSkills.unpack(folder);
      return folder;
    } catch (IOException e) {
      throw new Unusable("the packaged skills can't be written to " + folder + ": " + e);
    }
  }

  /** An operator's folder without a lock file admits nothing: a skill is pinned by a person. */
  private static void checkPin(SkillFile skill) throws Unusable {
    var lockFile = skill.folder().resolveSibling(SkillLock.FILE);
    var lock = Files.exists(lockFile) ? SkillLock.read(lockFile).lock() : SkillLock.EMPTY;
    switch (lock.check(skill)) {
      case SkillLock.Verdict.Pinned() -> {}
      case SkillLock.Verdict.Unpinned() ->
          throw new Unusable(
              skill.name() + " isn't pinned in " + lockFile + "; run: deployclaw skills lock");
      case SkillLock.Verdict.Changed(var gained, var lost) ->
          throw new Unusable(
              "%s changed since it was pinned (gained %s, lost %s); read it, then run: deployclaw skills lock"
                  .formatted(skill.name(), gained, lost));
      case SkillLock.Verdict.Unreadable(String reason) -> throw new Unusable(reason);
    }
  }

  /** A skill that can't be read might be one that was to win over a packaged one. */
  private static String errors(List<Diagnostic> diagnostics) {
    return lines(
        diagnostics.stream().filter(d -> d.severity() == Diagnostic.Severity.ERROR).toList());
  }

  private static String lines(List<Diagnostic> problems) {
    return problems.stream().map(Diagnostic::text).collect(Collectors.joining("\n"));
  }
}
