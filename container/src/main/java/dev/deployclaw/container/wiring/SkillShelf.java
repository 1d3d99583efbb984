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
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The skills that serve the operations, by the precedence of where they lie. A skill of the
 * operator's folder that can't be read or isn't pinned stops the start; one that lies about in the
 * project's or the user's folders is passed over, since nobody may have meant it for this agent.
 * One that was pinned and changed since, or has no usable steps, stops the start wherever it lies.
 */
public final class SkillShelf {
  private static final Logger LOG = LoggerFactory.getLogger(SkillShelf.class);

  private final SkillPlaces places;

  public SkillShelf(SkillPlaces places) {
    this.places = places;
  }

  /** Where skills are, by precedence. */
  public List<Scope> scopes() throws Unusable {
    unpack();
    return places.scopes();
  }

  public Catalogue catalogue() throws Unusable {
    return Catalogue.discover(scopes(), SkillShelf::objection);
  }

  /** What each operation follows. */
  Playbook playbook() throws Unusable {
    var catalogue = catalogue();
    var unreadable =
        catalogue.diagnostics().stream().filter(d -> d.severity() == Severity.ERROR).toList();
    var meant = unreadable.stream().filter(this::isMeant).toList();
    if (!meant.isEmpty()) {
      throw new Unusable(lines(meant));
    }
    unreadable.forEach(d ->
        LOG.atWarn().addKeyValue("skill", d.file()).log("A skill is passed over: skills list"));
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

  /** Whether a file lies where skills are for this agent alone. */
  private boolean isMeant(Diagnostic d) {
    return d.file().startsWith(places.packaged().toAbsolutePath().normalize())
        || places
            .operator()
            .filter(o -> d.file().startsWith(o.toAbsolutePath().normalize()))
            .isPresent();
  }

  /** Why a skill that was found isn't on the shelf. */
  private static Optional<Diagnostic> objection(Catalogue.Entry entry) {
    boolean meant =
        entry.scope().equals(SkillPlaces.OPERATOR) || entry.scope().equals(SkillPlaces.BUILT_IN);
    if (meant || SkillPins.isPinned(entry.skill())) {
      return Optional.empty();
    }
    return Optional.of(
        new Diagnostic(
            Severity.WARNING,
            entry.skill().file(),
            0,
            "%s of scope %s isn't pinned and is passed over"
                .formatted(entry.skill().name(), entry.scope()),
            "to use it, read it, then run: deployclaw skills lock "
                + entry.skill().folder().getParent()));
  }

  private void unpack() throws Unusable {
    var folder = places.packaged();
    try {
      BuiltInSkills.unpack(folder);
    } catch (IOException e) {
      throw new Unusable("the packaged skills can't be written to " + folder + ": " + e);
    }
  }

  private static String lines(List<Diagnostic> problems) {
    return problems.stream().map(Diagnostic::text).collect(Collectors.joining("\n"));
  }
}
