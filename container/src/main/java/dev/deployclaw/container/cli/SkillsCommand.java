package dev.deployclaw.container.cli;

import dev.deployclaw.container.config.InvalidConfig;
import dev.deployclaw.container.wiring.SkillPins;
import dev.deployclaw.container.wiring.SkillShelf;
import dev.deployclaw.container.wiring.Unusable;
import dev.deployclaw.core.runtime.ExitCode;
import dev.deployclaw.skills.Diagnostic;
import dev.deployclaw.skills.Scope;
import dev.deployclaw.skills.SkillFile;
import dev.deployclaw.skills.SkillValidator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code skills list | validate | lock | show}. */
@Command(
    name = "skills",
    description = "The skills (SKILL.md) that the agent follows: list, validate, pin, show.",
    footer = {
      "",
      "Examples:",
      "  deployclaw skills list",
      "  deployclaw skills validate my-skills/",
      "  deployclaw skills lock my-skills/",
      "  deployclaw skills show orchestrate-rate-limits"
    })
final class SkillsCommand {
  private final Surroundings around;

  SkillsCommand(Surroundings around) {
    this.around = around;
  }

  @Command(description = "All skills: where they are, what they serve, whether they are pinned.")
  int list(@Mixin Shared shared) throws InvalidConfig, Unusable {
    return view(shared).list(shelf(shared).catalogue());
  }

  @Command(description = "Every problem of skills; exit 8 where one is invalid.")
  int validate(
      @Mixin Shared shared,
      @Parameters(
              paramLabel = "FOLDER",
              arity = "0..*",
              description = "Skills or folders of skills; the agent's own where none is given.")
          List<Path> folders)
      throws InvalidConfig, Unusable {
    var given = new ArrayList<Path>();
    if (folders == null || folders.isEmpty()) {
      shelf(shared).scopes().stream()
          .map(Scope::folder)
          .filter(Files::isDirectory)
          .forEach(given::add);
    } else {
      folders.forEach(f -> given.add(around.working().resolve(f)));
    }
    var problems = new ArrayList<Diagnostic>();
    var read = new ArrayList<SkillFile>();
    for (var folder : given) {
      problems.addAll(SkillValidator.problemsBelow(folder));
      read.addAll(SkillValidator.skillsBelow(folder));
    }
    return view(shared).validated(problems, read);
  }

  @Command(description = "Pin the skills of a folder as they are now, after you read them.")
  int lock(
      @Mixin Shared shared,
      @Parameters(
              paramLabel = "FOLDER",
              arity = "0..1",
              description = "Where the skills are; the configuration's skillsDir by default.")
          Optional<Path> folder)
      throws InvalidConfig, Unusable {
    var chosen = folder.map(around.working()::resolve);
    if (chosen.isEmpty()) {
      chosen = Local.of(around, shared).places().operator();
    }
    if (chosen.isEmpty()) {
      return Failure.usage("no folder to pin: give FOLDER, or set skillsDir in the configuration")
          .report(around, shared.json());
    }
    var view = view(shared);
    return switch (SkillPins.pin(chosen.get(), Local.of(around, shared).admitted())) {
      case SkillPins.Outcome.Invalid(var problems) -> view.problems(problems);
      case SkillPins.Outcome.Pinned(var changes) -> view.pinned(changes);
    };
  }

  @Command(description = "One skill: what it serves, may use, and does step by step.")
  int show(
      @Mixin Shared shared,
      @Parameters(paramLabel = "NAME", description = "As `skills list` shows it.") String name)
      throws InvalidConfig, Unusable {
    var catalogue = shelf(shared).catalogue();
    var entry = catalogue.skills().get(name);
    if (entry == null) {
      String known = String.join(", ", catalogue.skills().keySet());
      return Failure.usage("there is no skill " + name + "; there are " + known)
          .report(around, shared.json());
    }
    view(shared).show(entry);
    return ExitCode.OK.code();
  }

  private SkillShelf shelf(Shared shared) throws InvalidConfig {
    var local = Local.of(around, shared);
    return new SkillShelf(local.places());
  }

  private SkillsView view(Shared shared) throws InvalidConfig {
    return new SkillsView(around, shared.json(), Local.of(around, shared).admitted());
  }
}
