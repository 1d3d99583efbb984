package dev.deployclaw.bench.measure;

import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.file.TestFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A benchmark as a command: it measures in a folder and prints what it measured.
 *
 * @param <F> the figures
 */
public abstract class BenchCommand<F> implements Callable<Integer> {
  @Option(names = "--json", description = "print JSON instead of a table")
  private boolean json;

  @Option(names = "--folder", description = "where the servers live (default: a temporary folder)")
  private Optional<Path> folder = Optional.empty();

  private final PrintWriter out;

  protected BenchCommand(PrintWriter out) {
    this.out = out;
  }

  protected abstract F measure(Path folder) throws Exception;

  /** What is printed below the machine, as tables or JSON. */
  protected abstract List<FigureTable<?>> tables(F figures);

  protected Optional<String> lastLine(F figures) {
    return Optional.empty();
  }

  @Override
  public Integer call() throws Exception {
    try (var scratch = ScratchFolder.in(folder)) {
      var figures = measure(scratch.path());
      if (json) {
        var document = new TreeMap<String, Object>();
        tables(figures).forEach(table -> document.put(table.key(), table.json()));
        document.put(
            "bench", Objects.requireNonNull(getClass().getAnnotation(Command.class)).name());
        document.put("machine", MachineDescription.now().json());
        out.println(CanonicalJson.text(document));
      } else {
        out.println(MachineDescription.now().text());
        tables(figures).forEach(table -> table.print(out));
      }
      lastLine(figures).ifPresent(out::println);
      out.flush();
    }
    return 0;
  }

  /** {@code loadPercent} of the last minute in hundredths; negative where it isn't known. */
  private record MachineDescription(int cores, long loadPercent, String java, List<String> flags) {
    static MachineDescription now() {
      var system = ManagementFactory.getOperatingSystemMXBean();
      return new MachineDescription(
          system.getAvailableProcessors(),
          Math.round(system.getSystemLoadAverage() * 100),
          Runtime.version().toString(),
          ManagementFactory.getRuntimeMXBean().getInputArguments());
    }

    String text() {
      return String.format(
          Locale.ROOT,
          "%d cores, load average %.1f, Java %s %s",
          cores,
          loadPercent / 100.0,
          java,
          String.join(" ", flags));
    }

    Map<String, Object> json() {
      return Map.of("cores", cores, "load_percent", loadPercent, "java", java, "java_flags", flags);
    }
  }

  /** A folder for servers and files: a given one that stays, or one that is removed at the end. */
  private record ScratchFolder(Path path, boolean stays) implements AutoCloseable {
    static ScratchFolder in(Optional<Path> given) throws IOException {
      return given.isPresent()
          ? new ScratchFolder(Files.createDirectories(given.get()).toAbsolutePath(), true)
          : new ScratchFolder(Files.createTempDirectory("deployclaw-bench-"), false);
    }

    @Override
    public void close() {
      if (!stays) {
        TestFiles.delete(path);
      }
    }
  }
}
