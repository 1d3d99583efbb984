package dev.deployclaw.bench.console;

import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.TimingSamples;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Pages of a served agent whose estate has many tenants. */
@Command(
    name = "console",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "The console's pages in a browser, at many tenants.")
public final class ConsoleBench extends BenchCommand<ConsoleBench.ConsoleFigures> {
  @Option(names = "--tenants", defaultValue = "100000", description = "that are committed")
  private int tenants = 100_000;

  @Option(names = "--rounds", defaultValue = "3", description = "of each page")
  private int rounds = 3;

  public ConsoleBench(PrintWriter out) {
    super(out);
  }

  /** {@code resident} is KiB of the agent after all views. */
  record ConsoleFigures(Map<String, TimingSamples> views, long resident) {}

  @Override
  protected ConsoleFigures measure(Path folder) throws Exception {
    try (var served = ServedLab.start(folder, tenants)) {
      var views = new LinkedHashMap<String, TimingSamples>();
      views.put("the agent, until it is ready", new TimingSamples(List.of(served.untilReady())));
      views.put(
          "then, the first page over HTTP", new TimingSamples(List.of(served.untilFirstPage())));
      try (var browser = new BrowserViews(served.address())) {
        browser.tenants(rounds).forEach((what, all) -> views.put(what, new TimingSamples(all)));
      }
      return new ConsoleFigures(views, served.resident());
    }
  }

  @Override
  protected List<FigureTable<?>> tables(ConsoleFigures figures) {
    return List.of(
        new FigureTable<>("views", "Until it is shown", List.copyOf(figures.views().entrySet()))
            .text("", "what", Map.Entry::getKey)
            .millis("median ms", "median_ns", view -> view.getValue().median())
            .millis("worst ms", "worst_ns", view -> view.getValue().worst()),
        new FigureTable<>("agent", "The agent after all views", List.of(figures.resident()))
            .whole("resident KiB", "resident_kib", kib -> kib));
  }
}
