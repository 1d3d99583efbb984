package dev.deployclaw.container.cli.console;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every command has. */
public final class CommonOptions {
  static final String JSON = "--json";

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = {
        "The configuration; else DEPLOYCLAW_CONFIG,",
        "./deployclaw.yaml, or the running lab's."
      })
  private @Nullable Path config;

  @Option(
      names = JSON,
      description = "One JSON document on standard output, and nothing else there.")
  private boolean json;

  public Optional<Path> config() {
    return Optional.ofNullable(config);
  }

  public boolean json() {
    return json;
  }

  /**
   * The words of a command with {@code --json} that is to have the same configuration.
   *
   * @param working against which its file is resolved
   */
  public String[] configured(List<String> words, Path working) {
    var all = new ArrayList<>(words);
    config().ifPresent(file -> all.add(all.indexOf(JSON), "--config=" + working.resolve(file)));
    return all.toArray(String[]::new);
  }
}
