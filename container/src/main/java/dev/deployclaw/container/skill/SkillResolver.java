package dev.deployclaw.container.skill;

import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.skill.PinnedProcedureRegistry.Taken;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.skills.BuiltInSkills;
import dev.deployclaw.skills.SkillCatalogue;
import dev.deployclaw.skills.SkillScope;
import dev.deployclaw.skills.procedure.ProcedureReader;
import dev.deployclaw.skills.sheet.SkillDiagnostic;
import dev.deployclaw.skills.sheet.SkillDiagnostic.Severity;
import dev.deployclaw.skills.sheet.SkillFile;
import java.io.IOException;
import java.nio.file.Path;
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
 *
 * @param admitted what skills may use, whatever they declare
 */
public record SkillResolver(SkillLocations places, ConfiguredOperatorPolicy admitted) {
  private static final Logger LOG = LoggerFactory.getLogger(SkillResolver.class);

  /** Where no plugin is admitted. */
  public SkillResolver(SkillLocations places) {
    this(places, ConfiguredOperatorPolicy.KERNEL);
  }

  /** Where skills are, by precedence. */
  public List<SkillScope> scopes() throws SetupException {
    unpack();
    return places.scopes();
  }

  public SkillCatalogue catalogue() throws SetupException {
    return SkillCatalogue.discover(scopes(), SkillResolver::objection);
  }

  /** What each operation follows. */
  public PinnedProcedureRegistry procedures() throws SetupException {
    var catalogue = SkillCatalogue.discover(scopes(), SkillResolver::passedOver);
    var unreadable =
        catalogue.diagnostics().stream().filter(d -> d.severity() == Severity.ERROR).toList();
    var meant = unreadable.stream().filter(this::isMeant).toList();
    if (!meant.isEmpty()) {
      throw refused(meant.getFirst().file(), lines(meant));
    }
    unreadable.forEach(d ->
        LOG.atWarn().addKeyValue("skill", d.file()).log("A skill is skipped: see skills list"));
    var served = new EnumMap<TaskOperation, Taken>(TaskOperation.class);
    for (var operation : TaskOperation.values()) {
      var skill = catalogue.serving(operation.word());
      if (skill.isPresent()) {
        served.put(operation, taken(skill.get()));
      }
    }
    return lookUp(served);
  }

  /** An operation that no skill serves follows the one that changes rate limits. */
  private PinnedProcedureRegistry lookUp(Map<TaskOperation, Taken> served) throws SetupException {
    if (!served.containsKey(TaskOperation.APPLY_POLICIES)) {
      throw new SetupException("no skill serves " + TaskOperation.APPLY_POLICIES.word());
    }
    return PinnedProcedureRegistry.of(served, admitted, places.packaged());
  }

  private Taken taken(SkillFile skill) throws SetupException {
    String folder;
    try {
      folder = SkillPinService.check(skill, admitted);
    } catch (SetupException e) {
      throw refused(skill.file(), String.valueOf(e.getMessage()));
    }
    tellShift(skill);
    var reading = ProcedureReader.of(skill, admitted);
    if (reading.procedure().isPresent()) {
      return new Taken(skill, reading.procedure().get().pinned(folder));
    }
    throw refused(
        skill.file(),
        reading.problems().isEmpty()
            ? skill.file()
                + ": the skill serves operations but has no steps; add a block of steps, or drop "
                + SkillFile.SERVES
            : lines(reading.problems())
                + SkillPinService.since(skill, admitted)
                    .map(since -> "\nsince it was pinned, " + since.text())
                    .orElse(""));
  }

  /** The skill is as it was pinned; it may be the operator's configuration that moved. */
  private void tellShift(SkillFile skill) {
    SkillPinService.since(skill, admitted)
        .flatMap(SkillPinService.Since::granted)
        .ifPresent(shift ->
            LOG.atWarn()
                .addKeyValue("skill", skill.file())
                .addKeyValue("gained", shift.gained())
                .addKeyValue("lost", shift.lost())
                .log("What a skill is granted changed since it was pinned"));
  }

  /** There is no execution yet whose log could have it, so the application's log has it. */
  private static SetupException refused(Path file, String reason) {
    LOG.atWarn().addKeyValue("skill", file).addKeyValue("reason", reason).log("skill refused");
    return new SetupException(reason);
  }

  /** As {@link #objection}; one that claims to serve this agent is told of in its log. */
  private static Optional<SkillDiagnostic> passedOver(SkillCatalogue.Entry entry) {
    var objection = objection(entry);
    boolean claims = !entry.skill().metadata().getOrDefault(SkillFile.SERVES, "").isBlank();
    objection
        .filter(_ -> claims)
        .ifPresent(o ->
            LOG.atWarn()
                .addKeyValue("skill", o.file())
                .addKeyValue("reason", o.message())
                .log("skill refused"));
    return objection;
  }

  /** Whether a file lies where skills are for this agent alone. */
  private boolean isMeant(SkillDiagnostic d) {
    return d.file().startsWith(places.packaged().toAbsolutePath().normalize())
        || places
            .operator()
            .filter(o -> d.file().startsWith(o.toAbsolutePath().normalize()))
            .isPresent();
  }

  /** Why a skill that was found isn't on the shelf. */
  private static Optional<SkillDiagnostic> objection(SkillCatalogue.Entry entry) {
    boolean meant =
        entry.scope().equals(SkillLocations.OPERATOR)
            || entry.scope().equals(SkillLocations.BUILT_IN);
    if (meant || SkillPinService.isPinned(entry.skill())) {
      return Optional.empty();
    }
    return Optional.of(
        new SkillDiagnostic(
            Severity.WARNING,
            entry.skill().file(),
            0,
            "%s of scope %s isn't pinned and is skipped"
                .formatted(entry.skill().name(), entry.scope()),
            "to use it, read it, then run: deployclaw skills lock "
                + entry.skill().folder().getParent()));
  }

  private void unpack() throws SetupException {
    var folder = places.packaged();
    try {
      BuiltInSkills.unpack(folder);
    } catch (IOException e) {
      throw new SetupException("the packaged skills can't be written to " + folder + ": " + e);
    }
  }

  private static String lines(List<SkillDiagnostic> problems) {
    return problems.stream().map(SkillDiagnostic::text).collect(Collectors.joining("\n"));
  }
}
