package dev.deployclaw.container.wiring;

import dev.deployclaw.core.plan.Playbook;
import dev.deployclaw.core.plan.Procedure;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.skills.BuiltInSkills;
import dev.deployclaw.skills.Catalogue;
import dev.deployclaw.skills.Diagnostic;
import dev.deployclaw.skills.Diagnostic.Severity;
import dev.deployclaw.skills.Procedures;
import dev.deployclaw.skills.Scope;
import dev.deployclaw.skills.SkillFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The skills that serve the operations: the operator's folder first, then the packaged ones. A
 * skill that can't be read, isn't pinned, changed since or has no usable steps stops the start.
 */
public final class SkillShelf {
  private final Path stateDir;
  private final Optional<Path> operatorFolder;

  public SkillShelf(Path stateDir, Optional<Path> operatorFolder) {
    this.stateDir = stateDir;
    this.operatorFolder = operatorFolder;
  }

  /** Where skills are, by precedence. */
  public List<Scope> scopes() throws Unusable {
    var scopes = new ArrayList<Scope>();
    operatorFolder.ifPresent(folder -> scopes.add(new Scope("operator", folder)));
    scopes.add(new Scope("built-in", unpacked()));
    return scopes;
  }

  public Catalogue catalogue() throws Unusable {
    return Catalogue.discover(scopes());
  }

  /** What each operation follows. */
  Playbook playbook() throws Unusable {
    var catalogue = catalogue();
    var unreadable =
        catalogue.diagnostics().stream().filter(d -> d.severity() == Severity.ERROR).toList();
    if (!unreadable.isEmpty()) {
      throw new Unusable(lines(unreadable));
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
    SkillPins.check(skill);
    var reading = Procedures.of(skill);
    if (reading.procedure().isPresent()) {
      return reading.procedure().get();
    }
    throw new Unusable(
        reading.problems().isEmpty()
            ? skill.file()
                + ": the skill serves operations but has no steps; add a block of steps, or drop "
                + SkillFile.SERVES
            : lines(reading.problems()));
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

  private static String lines(List<Diagnostic> problems) {
    return problems.stream().map(Diagnostic::text).collect(Collectors.joining("\n"));
  }
}
