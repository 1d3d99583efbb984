package dev.deployclaw.container.skill;

import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.core.procedure.ProcedureRegistry;
import dev.deployclaw.core.procedure.SkillRefusal;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.skills.SkillLock.Pin;
import dev.deployclaw.skills.SkillLock.Verdict;
import dev.deployclaw.skills.procedure.ProcedureReader;
import dev.deployclaw.skills.sheet.OperatorPolicy;
import dev.deployclaw.skills.sheet.SkillDiagnostic;
import dev.deployclaw.skills.sheet.SkillFile;
import dev.deployclaw.skills.sheet.SkillReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The skills that the operations follow. Which skill serves which operation is settled by the
 * start; each activation hashes the folder of the one that it follows, and takes it again where it
 * was edited and pinned since. At most 32 MiB are read for it, and one that holds more is refused
 * unread. Any thread.
 */
public final class PinnedProcedureRegistry implements ProcedureRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(PinnedProcedureRegistry.class);

  private final Map<TaskOperation, Path> folders;
  private final Map<Path, Taken> taken;
  private final OperatorPolicy admitted;
  private final Path packaged;
  private final Function<Procedure, List<String>> unperformed;

  /** A skill as it was read, and what its steps came to. */
  record Taken(SkillFile skill, Procedure procedure) {}

  private PinnedProcedureRegistry(
      PinnedProcedureRegistry of, Function<Procedure, List<String>> unperformed) {
    this.folders = of.folders;
    this.taken = of.taken;
    this.admitted = of.admitted;
    this.packaged = of.packaged;
    this.unperformed = unperformed;
  }

  private PinnedProcedureRegistry(
      Map<TaskOperation, Taken> served, OperatorPolicy admitted, Path packaged) {
    this.folders =
        served.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    Map.Entry::getKey, e -> e.getValue().skill().folder()));
    this.taken = new ConcurrentHashMap<>();
    served.values().forEach(t -> taken.put(t.skill().folder(), t));
    this.admitted = admitted;
    this.packaged = packaged.toAbsolutePath().normalize();
    this.unperformed = _ -> List.of();
  }

  /**
   * @param served an operation that is missing follows the skill that applies policies
   * @param packaged where the packaged skills are
   */
  static PinnedProcedureRegistry of(
      Map<TaskOperation, Taken> served, OperatorPolicy admitted, Path packaged) {
    return new PinnedProcedureRegistry(served, admitted, packaged);
  }

  /** The same skills, whose steps are asked of executors. */
  public PinnedProcedureRegistry performedBy(Function<Procedure, List<String>> problems) {
    return new PinnedProcedureRegistry(this, problems);
  }

  @Override
  public Procedure of(TaskOperation operation) {
    return followed(operation).procedure();
  }

  @Override
  public Activated activate(TaskOperation operation) {
    var known = followed(operation);
    var skill = known.skill();
    return switch (SkillPinService.verdict(skill)) {
      case Verdict.Pinned(Pin pin) ->
          pin.sha256().equals(known.procedure().sha256())
              ? new Activated.Ready(known.procedure())
              : anew(served(operation), known);
      case Verdict.PinnedSince _ -> anew(served(operation), known);
      case Verdict.Unpinned() -> refused(known, "isn't pinned any more", Optional.empty());
      case Verdict.Changed(Pin pin, String found) -> changed(known, pin, found);
      case Verdict.Unreadable(String reason) -> refused(known, reason, Optional.empty());
    };
  }

  /** Edited, and pinned again. */
  private Activated anew(TaskOperation operation, Taken known) {
    var reading = SkillReader.read(known.skill().folder());
    if (reading.skill().isEmpty()) {
      return refused(known, "can't be read: " + lines(reading.diagnostics()), Optional.empty());
    }
    var skill = reading.skill().get();
    if (!(SkillPinService.verdict(skill) instanceof Verdict.Pinned(Pin pin))) {
      return refused(known, "is being changed: ask again", Optional.empty());
    }
    if (!skill.serves(operation.word())) {
      String why = "no longer serves " + operation.word() + ": restart the agent";
      return refused(known, why, Optional.of(pin.sha256()));
    }
    var steps = ProcedureReader.of(skill, admitted);
    if (steps.procedure().isEmpty()) {
      String why = "has no steps that can be followed: " + lines(steps.problems());
      return refused(known, why, Optional.of(pin.sha256()));
    }
    return take(new Taken(skill, steps.procedure().get().pinned(pin.sha256())), known);
  }

  private Activated take(Taken fresh, Taken known) {
    var problems = unperformed.apply(fresh.procedure());
    if (!problems.isEmpty()) {
      String why = "asks for something that can't be carried out: " + String.join("; ", problems);
      return refused(known, why, Optional.of(fresh.procedure().sha256()));
    }
    taken.put(fresh.skill().folder(), fresh);
    LOG.atInfo()
        .addKeyValue("skill", fresh.skill().file())
        .addKeyValue("was", known.procedure().sha256())
        .addKeyValue("sha256", fresh.procedure().sha256())
        .log("A skill is used as it was pinned again");
    return new Activated.Ready(fresh.procedure());
  }

  private Activated changed(Taken known, Pin pin, String found) {
    String came =
        SkillReader.read(known.skill().folder())
            .skill()
            .map(now -> ": " + SkillPinService.since(pin, now, admitted).text())
            .orElse("");
    return refusal(
        known, "changed since it was pinned" + came, Optional.of(pin.sha256()), Optional.of(found));
  }

  private Activated refused(Taken known, String why, Optional<String> pinned) {
    return refusal(known, why, pinned, Optional.empty());
  }

  private Activated refusal(
      Taken known, String why, Optional<String> pinned, Optional<String> found) {
    var skill = known.skill();
    return new Activated.Refused(new SkillRefusal(skill.name(), why, pinned, found, remedy(skill)));
  }

  private String remedy(SkillFile skill) {
    return skill.folder().startsWith(packaged)
        ? "it is packaged with the agent: remove what was added to "
            + skill.folder()
            + ", and restart the agent, which restores it"
        : SkillPinService.remedy(skill);
  }

  private Taken followed(TaskOperation operation) {
    return Optional.ofNullable(taken.get(folders.get(served(operation)))).orElseThrow();
  }

  private TaskOperation served(TaskOperation operation) {
    return folders.containsKey(operation) ? operation : TaskOperation.APPLY_POLICIES;
  }

  private static String lines(List<SkillDiagnostic> problems) {
    return problems.stream().map(SkillDiagnostic::text).collect(Collectors.joining("; "));
  }
}
