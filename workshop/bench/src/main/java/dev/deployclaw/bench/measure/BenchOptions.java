package dev.deployclaw.bench.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where a benchmark's servers live, and how it prints its figures. */
public final class BenchOptions {
  @Option(names = "--json", description = "print JSON instead of a table")
  private boolean json;

  @Option(names = "--folder", description = "where the servers live (default: a temporary folder)")
  private Optional<Path> folder = Optional.empty();

  public boolean json() {
    return json;
  }

  public ScratchFolder scratch() throws IOException {
    return ScratchFolder.in(folder);
  }
}
