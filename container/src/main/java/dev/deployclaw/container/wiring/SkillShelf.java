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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The skills that serve the operations: the operator's folder first, then the packaged ones. What a
 * skill serves that isn't pinned, changed since or has no usable steps is refused, and nothing
 * else.
 */
public final class SkillShelf {
  private static final Logger LOG = LoggerFactory.getLogger(SkillShelf.class);

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
    passOver(catalogue.diagnostics());
    var procedures = new EnumMap<Operation, Procedure>(Operation.class);
    for (var operation : Operation.values()) {
      catalogue
          .serving(operation.word())
          .ifPresent(skill -> procedures.put(operation, procedure(skill)));
    }
    return lookUp(procedures);
  }

  /**
   * What can't be read serves nothing. Where it is pinned somebody counts on it, and what it served
   * can't be told: that stops the start.
   */
  private void passOver(List<Diagnostic> diagnostics) throws Unusable {
    var unreadable = diagnostics.stream().filter(d -> d.severity() == Severity.ERROR).toList();
    var missed = unreadable.stream().filter(d -> SkillPins.named(d.file())).toList();
    if (!missed.isEmpty()) {
      throw new Unusable(lines(missed));
    }
    unreadable.forEach(
        d -> LOG.atWarn().addKeyValue("problem", d.text()).log("a skill is passed over"));
  }

  /** An operation that no skill serves follows the one that changes rate limits. */
  private static Playbook lookUp(Map<Operation, Procedure> procedures) throws Unusable {
    var otherwise = procedures.get(Operation.APPLY_POLICIES);
    if (otherwise == null) {
      throw new Unusable("no skill serves " + Operation.APPLY_POLICIES.word());
    }
    return operation -> procedures.getOrDefault(operation, otherwise);
  }

  private static Procedure procedure(SkillFile skill) {
    var unpinned = SkillPins.objection(skill);
    if (unpinned.isPresent()) {
      return Procedure.unusable(skill.name(), unpinned.get());
    }
    var reading = Procedures.of(skill);
    return reading
        .procedure()
        .orElseGet(() ->
            Procedure.unusable(
                skill.name(),
                reading.problems().isEmpty()
                    ? skill.file()
                        + ": the skill serves operations but has no steps; add a block of steps, or drop "
                        + SkillFile.SERVES
                    : lines(reading.problems())));
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
