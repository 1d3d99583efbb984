package dev.deployclaw.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where a benchmark's servers live, and how it prints its figures. */
final class Reporting {
  @Option(names = "--json", description = "print JSON instead of a table")
  private boolean json;

  @Option(names = "--folder", description = "where the servers live (default: a temporary folder)")
  private Optional<Path> folder = Optional.empty();

  boolean json() {
    return json;
  }

  Scratch scratch() throws IOException {
    return Scratch.in(folder);
  }
}
