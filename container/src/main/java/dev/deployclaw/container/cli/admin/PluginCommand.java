package dev.deployclaw.container.cli.admin;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommonOptions;
import dev.deployclaw.container.cli.session.OfflineSettings;
import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.container.plugin.PluginPrograms;
import dev.deployclaw.container.plugin.contract.PluginContract;
import dev.deployclaw.container.plugin.contract.PromiseResult;
import dev.deployclaw.container.plugin.contract.PromiseResult.Verdict;
import dev.deployclaw.core.result.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code plugin test}. */
@Command(
    name = "plugin",
    description = "Plugins: programs that add operations or take part in changes. Test one.",
    footer = {
      "",
      "Example:",
      "  deployclaw plugin test ./limits_file.py -- --member shop --folder /tmp/limits"
    })
public final class PluginCommand {
  private static final Duration START = Duration.ofSeconds(30);

  private final CommandEnvironment around;

  public PluginCommand(CommandEnvironment around) {
    this.around = around;
  }

  @Command(
      description = {
        "Start a plugin and try each promise of the contract.",
        "It stages, publishes and restores for real: use a back end for tests.",
        "Exit 0 if all are kept, 1 if one is broken."
      })
  int test(
      @Mixin CommonOptions shared,
      @Parameters(
              index = "0",
              paramLabel = "PROGRAM",
              description = "A program, or a plugin's name in the configuration.")
          String program,
      @Parameters(
              index = "1..*",
              arity = "0..*",
              paramLabel = "ARGUMENT",
              description = "Arguments of a program, after --.")
          @Nullable List<String> arguments)
      throws InvalidConfigException, SetupException, IOException, InterruptedException {
    var folder = Files.createTempDirectory("deployclaw-plugin");
    var copies = Files.createTempDirectory("deployclaw-copies");
    try {
      var configured = configured(shared, program);
      var command =
          configured.isPresent()
              ? PluginPrograms.admitted(configured.get(), folder, copies)
              : PluginPrograms.bare(words(program, arguments), folder);
      var within = configured.map(PluginConfig::start).orElse(START);
      Consumer<PromiseResult> told = shared.json() ? _ -> {} : this::print;
      return ended(shared, new PluginContract(command, folder, within, told).run());
    } finally {
      remove(folder);
      remove(copies);
    }
  }

  private Optional<PluginConfig> configured(CommonOptions shared, String name)
      throws InvalidConfigException {
    return OfflineSettings.of(around, shared).config().stream()
        .flatMap(c -> c.plugins().stream())
        .filter(p -> p.name().equals(name))
        .findFirst();
  }

  /** Absolute paths, since it runs in a folder of its own. */
  private List<String> words(String program, @Nullable List<String> arguments) {
    var words = new ArrayList<String>();
    words.add(around.working().resolve(program).toString());
    for (String word : arguments == null ? List.<String>of() : arguments) {
      var file = word.isEmpty() || word.startsWith("-") ? null : around.working().resolve(word);
      words.add(file != null && Files.exists(file) ? file.toString() : word);
    }
    return words;
  }

  private int ended(CommonOptions shared, List<PromiseResult> results) {
    long broken = results.stream().filter(r -> r.verdict() == Verdict.BROKEN).count();
    if (shared.json()) {
      var out = new LinkedHashMap<String, Object>();
      out.put("broken", broken);
      out.put("promises", results);
      around.json(out);
    } else {
      around.say("%d of %d promises are broken".formatted(broken, results.size()));
    }
    return broken == 0 ? ExitCode.OK.code() : 1;
  }

  private void print(PromiseResult result) {
    around.say(
        "%-8s %-11s %s".formatted(result.verdict().word(), result.promise(), result.detail()));
  }

  private static void remove(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
