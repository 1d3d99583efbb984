package dev.deployclaw.bench.measure;

import dev.deployclaw.policy.json.CanonicalJson;
import java.io.PrintWriter;
import java.nio.file.Path;
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

  /**
   * @param folder for servers and files
   */
  protected abstract F measure(Path folder) throws Exception;

  /** The figures in whole numbers, beside the benchmark's name and the machine. */
  protected abstract Map<String, Object> json(F figures);

  /** A table, below the machine. */
  protected abstract void print(F figures, PrintWriter out);

  /** What is printed below all else. */
  protected Optional<String> lastLine(F figures) {
    return Optional.empty();
  }

  @Override
  public Integer call() throws Exception {
    try (var scratch = ScratchFolder.in(folder)) {
      var figures = measure(scratch.path());
      if (json) {
        var document = new TreeMap<>(json(figures));
        document.put(
            "bench", Objects.requireNonNull(getClass().getAnnotation(Command.class)).name());
        document.put("machine", MachineDescription.now().json());
        out.println(CanonicalJson.text(document));
      } else {
        out.println(MachineDescription.now().text());
        print(figures, out);
      }
      lastLine(figures).ifPresent(out::println);
      out.flush();
    }
    return 0;
  }
}
