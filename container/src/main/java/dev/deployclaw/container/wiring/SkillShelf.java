package dev.deployclaw.container.wiring;

import dev.deployclaw.container.wiring.PinnedPlaybook.Taken;
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
  private final Admitted admitted;

  /** Where no plugin is admitted. */
  public SkillShelf(SkillPlaces places) {
    this(places, Admitted.KERNEL);
  }

  /**
   * @param admitted what skills may use, whatever they declare
   */
  public SkillShelf(SkillPlaces places, Admitted admitted) {
    this.places = places;
    this.admitted = admitted;
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
  PinnedPlaybook playbook() throws Unusable {
    var catalogue = Catalogue.discover(scopes(), SkillShelf::passedOver);
    var unreadable =
        catalogue.diagnostics().stream().filter(d -> d.severity() == Severity.ERROR).toList();
    var meant = unreadable.stream().filter(this::isMeant).toList();
    if (!meant.isEmpty()) {
      throw refused(meant.getFirst().file(), lines(meant));
    }
    unreadable.forEach(d ->
        LOG.atWarn().addKeyValue("skill", d.file()).log("A skill is passed over: skills list"));
    var served = new EnumMap<Operation, Taken>(Operation.class);
    for (var operation : Operation.values()) {
      var skill = catalogue.serving(operation.word());
      if (skill.isPresent()) {
        served.put(operation, taken(skill.get()));
      }
    }
    return lookUp(served);
  }

  /** An operation that no skill serves follows the one that changes rate limits. */
  private PinnedPlaybook lookUp(Map<Operation, Taken> served) throws Unusable {
    if (!served.containsKey(Operation.APPLY_POLICIES)) {
      throw new Unusable("no skill serves " + Operation.APPLY_POLICIES.word());
    }
    return PinnedPlaybook.of(served, admitted, places.packaged());
  }

  private Taken taken(SkillFile skill) throws Unusable {
    String folder;
    try {
      folder = SkillPins.check(skill, admitted);
    } catch (Unusable e) {
      throw refused(skill.file(), String.valueOf(e.getMessage()));
    }
    tellShift(skill);
    var reading = Procedures.of(skill, admitted);
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
                + SkillPins.since(skill, admitted)
                    .map(since -> "\nsince it was pinned, " + since.text())
                    .orElse(""));
  }

  /** The skill is as it was pinned; it may be the operator's configuration that moved. */
  private void tellShift(SkillFile skill) {
    SkillPins.since(skill, admitted)
        .flatMap(SkillPins.Since::granted)
        .ifPresent(shift ->
            LOG.atWarn()
                .addKeyValue("skill", skill.file())
                .addKeyValue("gained", shift.gained())
                .addKeyValue("lost", shift.lost())
                .log("What a skill is granted changed since it was pinned"));
  }

  /** There is no execution yet whose log could have it, so the application's log has it. */
  private static Unusable refused(Path file, String reason) {
    LOG.atWarn().addKeyValue("skill", file).addKeyValue("reason", reason).log("skill refused");
    return new Unusable(reason);
  }

  /** As {@link #objection}; one that claims to serve this agent is told of in its log. */
  private static Optional<Diagnostic> passedOver(Catalogue.Entry entry) {
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
