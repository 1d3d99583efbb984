package dev.deployclaw.container.cli.admin;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommonOptions;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.core.result.ExitCode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code config check}. */
@Command(
    name = "config",
    description = "Check the configuration, and show its effective values. Needs no back end.",
    footer = {
      "",
      "Examples:",
      "  deployclaw config check",
      "  deployclaw config check deployclaw.yaml --effective",
      "  deployclaw config check --json"
    })
public final class ConfigCommand {
  private final CommandEnvironment around;

  public ConfigCommand(CommandEnvironment around) {
    this.around = around;
  }

  @Command(
      description = {
        "Report all problems with line and remedy; exit 2 if there is one.",
        "--effective and --json show the effective value of each key, secrets as ***."
      })
  int check(
      @Mixin CommonOptions shared,
      @Option(names = "--effective", description = "Show the effective value of each key.")
          boolean effective,
      @Parameters(
              paramLabel = "FILE",
              arity = "0..1",
              description = "The configuration; by default the one of the other commands.")
          @Nullable Path file)
      throws SetupException {
    var place = AgentSession.file(around, Optional.ofNullable(file).or(shared::config));
    try {
      var values = ConfigReader.effective(place, around.environment());
      well(place, values, shared.json(), effective);
      return ExitCode.OK.code();
    } catch (InvalidConfigException e) {
      problems(e, shared.json());
      return ExitCode.WRONG_USAGE.code();
    }
  }

  private void well(Path file, Map<String, Object> values, boolean json, boolean effective) {
    if (json) {
      var document = begin(file.toString(), true);
      document.put("problems", List.of());
      document.put("effective", values);
      around.json(document);
      return;
    }
    if (effective) {
      print("", values);
    }
    around.say(file + ": no problems");
  }

  private void problems(InvalidConfigException invalid, boolean json) {
    var all = invalid.problems();
    all.forEach(p -> around.warn("deployclaw: " + p.describe(invalid.file())));
    if (json) {
      var document = begin(invalid.file(), false);
      document.put("problems", all);
      around.json(document);
    }
  }

  private static Map<String, Object> begin(String file, boolean valid) {
    var document = new LinkedHashMap<String, Object>();
    document.put("file", file);
    document.put("valid", valid);
    return document;
  }

  /** One line for each key, by its whole name. */
  private void print(String at, Object value) {
    switch (value) {
      case Map<?, ?> map ->
          map.forEach((key, v) -> print(at.isEmpty() ? key.toString() : at + "." + key, v));
      case List<?> list when list.stream().anyMatch(v -> v instanceof Map) -> {
        for (int i = 0; i < list.size(); i++) {
          print(at + "[" + i + "]", list.get(i));
        }
      }
      default -> around.say(at + ": " + value);
    }
  }
}
