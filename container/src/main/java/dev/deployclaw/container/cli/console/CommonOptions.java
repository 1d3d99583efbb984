package dev.deployclaw.container.cli.console;

import java.nio.file.Path;
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
}
