package dev.deployclaw.container.wiring;

import dev.deployclaw.core.plan.Playbook;
import dev.deployclaw.core.plan.Procedure;
import dev.deployclaw.core.plan.SkillRefusal;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.skills.Diagnostic;
import dev.deployclaw.skills.OperatorPolicy;
import dev.deployclaw.skills.Procedures;
import dev.deployclaw.skills.SkillFile;
import dev.deployclaw.skills.SkillLock.Pin;
import dev.deployclaw.skills.SkillLock.Verdict;
import dev.deployclaw.skills.SkillReader;
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
 * start; each activation hashes the folder of the one that it follows, and takes it anew where it
 * was edited and pinned since. At most 32 MiB are read for it, and one that holds more is refused
 * unread. Any thread.
 */
final class PinnedPlaybook implements Playbook {
  private static final Logger LOG = LoggerFactory.getLogger(PinnedPlaybook.class);

  private final Map<Operation, Path> folders;
  private final Map<Path, Taken> taken;
  private final OperatorPolicy admitted;
  private final Path packaged;
  private final Function<Procedure, List<String>> unperformed;

  /** A skill as it was read, and what its steps came to. */
  record Taken(SkillFile skill, Procedure procedure) {}

  private PinnedPlaybook(PinnedPlaybook of, Function<Procedure, List<String>> unperformed) {
    this.folders = of.folders;
    this.taken = of.taken;
    this.admitted = of.admitted;
    this.packaged = of.packaged;
    this.unperformed = unperformed;
  }

  private PinnedPlaybook(Map<Operation, Taken> served, OperatorPolicy admitted, Path packaged) {
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
  static PinnedPlaybook of(Map<Operation, Taken> served, OperatorPolicy admitted, Path packaged) {
    return new PinnedPlaybook(served, admitted, packaged);
  }

  /** The same skills, whose steps are asked of executors. */
  PinnedPlaybook performedBy(Function<Procedure, List<String>> problems) {
    return new PinnedPlaybook(this, problems);
  }

  @Override
  public Procedure of(Operation operation) {
    return followed(operation).procedure();
  }

  @Override
  public Activated activate(Operation operation) {
    var known = followed(operation);
    var skill = known.skill();
    return switch (SkillPins.verdict(skill)) {
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
  private Activated anew(Operation operation, Taken known) {
    var reading = SkillReader.read(known.skill().folder());
    if (reading.skill().isEmpty()) {
      return refused(known, "can't be read: " + lines(reading.diagnostics()), Optional.empty());
    }
    var skill = reading.skill().get();
    if (!(SkillPins.verdict(skill) instanceof Verdict.Pinned(Pin pin))) {
      return refused(known, "is being changed: ask again", Optional.empty());
    }
    if (!skill.serves(operation.word())) {
      String why = "no longer serves " + operation.word() + ": start the agent anew";
      return refused(known, why, Optional.of(pin.sha256()));
    }
    var steps = Procedures.of(skill, admitted);
    if (steps.procedure().isEmpty()) {
      String why = "has no steps that can be followed: " + lines(steps.problems());
      return refused(known, why, Optional.of(pin.sha256()));
    }
    return take(new Taken(skill, steps.procedure().get().pinned(pin.sha256())), known);
  }

  private Activated take(Taken fresh, Taken known) {
    var problems = unperformed.apply(fresh.procedure());
    if (!problems.isEmpty()) {
      String why = "asks for what can't be carried out: " + String.join("; ", problems);
      return refused(known, why, Optional.of(fresh.procedure().sha256()));
    }
    taken.put(fresh.skill().folder(), fresh);
    LOG.atInfo()
        .addKeyValue("skill", fresh.skill().file())
        .addKeyValue("was", known.procedure().sha256())
        .addKeyValue("sha256", fresh.procedure().sha256())
        .log("A skill is taken as it was pinned anew");
    return new Activated.Ready(fresh.procedure());
  }

  private Activated changed(Taken known, Pin pin, String found) {
    String came =
        SkillReader.read(known.skill().folder())
            .skill()
            .map(now -> ": " + SkillPins.since(pin, now, admitted).text())
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
            + ", and start the agent anew, which puts it back"
        : SkillPins.remedy(skill);
  }

  private Taken followed(Operation operation) {
    return Optional.ofNullable(taken.get(folders.get(served(operation)))).orElseThrow();
  }

  private Operation served(Operation operation) {
    return folders.containsKey(operation) ? operation : Operation.APPLY_POLICIES;
  }

  private static String lines(List<Diagnostic> problems) {
    return problems.stream().map(Diagnostic::text).collect(Collectors.joining("; "));
  }
}
