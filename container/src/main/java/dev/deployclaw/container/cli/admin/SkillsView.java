package dev.deployclaw.container.cli.admin;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.skill.SkillPinService;
import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.core.procedure.SkillAllowance;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.skills.SkillCatalogue;
import dev.deployclaw.skills.procedure.ProcedureReader;
import dev.deployclaw.skills.sheet.OperatorPolicy;
import dev.deployclaw.skills.sheet.SkillDiagnostic;
import dev.deployclaw.skills.sheet.SkillFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Shows skills, their problems and their pins. Each verb prints and returns the exit code. */
record SkillsView(CommandEnvironment around, boolean json, OperatorPolicy operator) {
  int list(SkillCatalogue catalogue) {
    var skills = catalogue.skills().values();
    var warnings = catalogue.diagnostics();
    if (json) {
      var out = new LinkedHashMap<String, Object>();
      out.put("skills", skills.stream().map(this::summary).toList());
      out.put("warnings", warnings);
      around.json(out);
    } else {
      for (var entry : skills) {
        var skill = entry.skill();
        around.say(
            "%-32s %-9s %-9s %s".formatted(skill.name(), entry.scope(), pin(skill), serves(skill)));
      }
      warnings.forEach(w -> around.warn(w.text()));
    }
    return ExitCode.OK.code();
  }

  int problems(List<SkillDiagnostic> problems) {
    var exit = SkillDiagnostic.valid(problems) ? ExitCode.OK : ExitCode.INVALID;
    if (json) {
      var out = new LinkedHashMap<String, Object>();
      out.put("valid", exit == ExitCode.OK);
      out.put("problems", problems);
      around.json(out);
    } else {
      problems.forEach(p -> around.say(p.text()));
      around.say(exit == ExitCode.OK ? "valid" : "not valid");
    }
    return exit.code();
  }

  /** All problems, and of each skill that can be read what it would be granted here. */
  int validated(List<SkillDiagnostic> problems, List<SkillFile> skills) {
    var exit = SkillDiagnostic.valid(problems) ? ExitCode.OK : ExitCode.INVALID;
    if (json) {
      var out = new LinkedHashMap<String, Object>();
      out.put("valid", exit == ExitCode.OK);
      out.put("problems", problems);
      out.put("skills", skills.stream().map(this::granted).toList());
      around.json(out);
      return exit.code();
    }
    problems.forEach(p -> around.say(p.text()));
    for (var skill : skills) {
      around.say(skill.name() + " " + allowance(skill).explain());
      SkillPinService.since(skill, operator).ifPresent(since -> around.say(since(skill, since)));
    }
    around.say(exit == ExitCode.OK ? "valid" : "not valid");
    return exit.code();
  }

  private Map<String, Object> granted(SkillFile skill) {
    var out = new LinkedHashMap<String, Object>();
    out.put("name", skill.name());
    out.put("allowance", allowance(skill).toMap());
    out.put("pin", pin(skill));
    SkillPinService.since(skill, operator)
        .ifPresent(since -> out.put("since_pinned", since.toMap()));
    return out;
  }

  private static String since(SkillFile skill, SkillPinService.Since since) {
    return skill.name() + " since it was pinned: " + since.text();
  }

  /** What it may use here; its steps count where it declares nothing. */
  private SkillAllowance allowance(SkillFile skill) {
    return ProcedureReader.allowance(skill, operator);
  }

  int pinned(List<SkillPinService.Change> changes) {
    if (json) {
      around.json(Map.of("pinned", changes.stream().map(SkillsView::change).toList()));
    } else {
      changes.forEach(c -> around.say(c.text()));
    }
    return ExitCode.OK.code();
  }

  void show(SkillCatalogue.Entry entry) {
    var skill = entry.skill();
    var steps =
        ProcedureReader.of(skill).procedure().map(Procedure::steps).orElse(List.of()).stream()
            .map(s -> "%s (%s)".formatted(s.action(), String.join(", ", s.operations())))
            .toList();
    if (json) {
      var out = summary(entry);
      out.put("file", skill.file().toString());
      out.put("sha256", skill.sha256());
      out.put("allowed_tools", skill.allowedTools().declared());
      out.put("steps", steps);
      around.json(out);
      return;
    }
    var lines = new ArrayList<String>();
    lines.add(skill.name() + " (" + entry.scope() + ", " + pin(skill) + ")");
    lines.add(skill.description());
    lines.add("file    " + skill.file());
    lines.add("serves  " + serves(skill));
    lines.add("may use " + String.join(", ", allowance(skill).granted()));
    lines.add("        " + allowance(skill).explain());
    SkillPinService.since(skill, operator).ifPresent(s -> lines.add("        " + since(skill, s)));
    for (int i = 0; i < steps.size(); i++) {
      lines.add("  %d %s".formatted(i + 1, steps.get(i)));
    }
    lines.forEach(around::say);
  }

  private Map<String, Object> summary(SkillCatalogue.Entry entry) {
    var out = new LinkedHashMap<String, Object>();
    out.put("name", entry.skill().name());
    out.put("scope", entry.scope());
    out.put("pin", pin(entry.skill()));
    out.put("serves", List.of(serves(entry.skill()).split(" ")));
    out.put("description", entry.skill().description());
    out.put("allowance", allowance(entry.skill()).toMap());
    SkillPinService.since(entry.skill(), operator)
        .ifPresent(since -> out.put("since_pinned", since.toMap()));
    return out;
  }

  private static Map<String, Object> change(SkillPinService.Change c) {
    var out = new LinkedHashMap<String, Object>();
    out.put("name", c.name());
    out.put("change", c.kind().name().toLowerCase(Locale.ROOT));
    out.put("may_use", c.mayUse());
    out.put("gained", c.since().declared().gained());
    out.put("lost", c.since().declared().lost());
    c.since().granted().ifPresent(g -> out.put("granted_gained", g.gained()));
    c.since().granted().ifPresent(g -> out.put("granted_lost", g.lost()));
    return out;
  }

  private static String serves(SkillFile skill) {
    return skill.metadata().getOrDefault(SkillFile.SERVES, "");
  }

  private static String pin(SkillFile skill) {
    return SkillPinService.state(skill);
  }
}
