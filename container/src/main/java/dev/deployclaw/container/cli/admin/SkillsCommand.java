package dev.deployclaw.container.cli.admin;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommandFailure;
import dev.deployclaw.container.cli.console.CommonOptions;
import dev.deployclaw.container.cli.session.OfflineSettings;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.container.skill.SkillPinService;
import dev.deployclaw.container.skill.SkillResolver;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.skills.SkillScope;
import dev.deployclaw.skills.SkillValidator;
import dev.deployclaw.skills.sheet.SkillDiagnostic;
import dev.deployclaw.skills.sheet.SkillFile;
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
public final class SkillsCommand {
  private final CommandEnvironment around;

  public SkillsCommand(CommandEnvironment around) {
    this.around = around;
  }

  @Command(
      description = "List all skills: where they are, what they serve, whether they are pinned.")
  int list(@Mixin CommonOptions shared) throws InvalidConfigException, SetupException {
    return view(shared).list(shelf(shared).catalogue());
  }

  @Command(description = "Report all problems of skills; exit 8 if one is invalid.")
  int validate(
      @Mixin CommonOptions shared,
      @Parameters(
              paramLabel = "FOLDER",
              arity = "0..*",
              description = "Skills or folders of skills; by default the agent's own.")
          List<Path> folders)
      throws InvalidConfigException, SetupException {
    var given = new ArrayList<Path>();
    if (folders == null || folders.isEmpty()) {
      shelf(shared).scopes().stream()
          .map(SkillScope::folder)
          .filter(Files::isDirectory)
          .forEach(given::add);
    } else {
      folders.forEach(f -> given.add(around.working().resolve(f)));
    }
    var problems = new ArrayList<SkillDiagnostic>();
    var read = new ArrayList<SkillFile>();
    for (var folder : given) {
      problems.addAll(SkillValidator.problemsBelow(folder));
      read.addAll(SkillValidator.skillsBelow(folder));
    }
    return view(shared).validated(problems, read);
  }

  @Command(description = "Pin the skills of a folder as they are now, after you read them.")
  int lock(
      @Mixin CommonOptions shared,
      @Parameters(
              paramLabel = "FOLDER",
              arity = "0..1",
              description = "Folder of the skills; by default the configuration's skillsDir.")
          Optional<Path> folder)
      throws InvalidConfigException, SetupException {
    var chosen = folder.map(around.working()::resolve);
    if (chosen.isEmpty()) {
      chosen = OfflineSettings.of(around, shared).places().operator();
    }
    if (chosen.isEmpty()) {
      return CommandFailure.usage(
              "no folder to pin: give FOLDER, or set skillsDir in the configuration")
          .report(around, shared.json());
    }
    var view = view(shared);
    return switch (SkillPinService.pin(
        chosen.get(), OfflineSettings.of(around, shared).admitted())) {
      case SkillPinService.Outcome.Invalid(var problems) -> view.problems(problems);
      case SkillPinService.Outcome.Pinned(var changes) -> view.pinned(changes);
    };
  }

  @Command(description = "Show one skill: what it serves, may use, and does step by step.")
  int show(
      @Mixin CommonOptions shared,
      @Parameters(paramLabel = "NAME", description = "As `skills list` shows it.") String name)
      throws InvalidConfigException, SetupException {
    var catalogue = shelf(shared).catalogue();
    var entry = catalogue.skills().get(name);
    if (entry == null) {
      String known = String.join(", ", catalogue.skills().keySet());
      return CommandFailure.usage("there is no skill " + name + "; there are " + known)
          .report(around, shared.json());
    }
    view(shared).show(entry);
    return ExitCode.OK.code();
  }

  private SkillResolver shelf(CommonOptions shared) throws InvalidConfigException {
    var local = OfflineSettings.of(around, shared);
    return new SkillResolver(local.places());
  }

  private SkillsView view(CommonOptions shared) throws InvalidConfigException {
    return new SkillsView(around, shared.json(), OfflineSettings.of(around, shared).admitted());
  }
}
