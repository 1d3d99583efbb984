package dev.deployclaw.bench.console;

import dev.deployclaw.bench.console.FollowerCrowd.CrowdFigures;
import dev.deployclaw.bench.console.HttpLoad.LoadFigures;
import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.TimingSamples;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.PoolOptions;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A served agent whose estate has many tenants: pages, calls and followers. */
@Command(
    name = "console",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "The console at many tenants, its API beside a bare handler, and followers.")
public final class ConsoleBench extends BenchCommand<ConsoleBench.ConsoleFigures> {
  private static final int LONGEST_SECONDS = 30;

  /** Of one credential, which may have twice as many calls at the same time. */
  private static final int CALLERS = 8;

  private static final int RECORDS_OF_EACH = 10;
  private static final int FEW_TENANTS = 100;
  private static final String BARE = "a bare Vert.x handler";

  @Option(names = "--tenants", defaultValue = "100000", description = "that are committed")
  private int tenants = 100_000;

  @Option(names = "--requests", defaultValue = "3000", description = "of each address in a round")
  private int requests = 3_000;

  @Option(names = "--rounds", defaultValue = "3", description = "of each, after one of warm-up")
  private int rounds = 3;

  @Option(
      names = "--executions",
      defaultValue = "10000",
      description = "of 10 records each, whose logs are shown; 0 for none")
  private int executions = 10_000;

  @Option(names = "--records", defaultValue = "100000", description = "of another's log")
  private int records = 100_000;

  @Option(names = "--followers", defaultValue = "1000", description = "of one execution")
  private int followers = 1_000;

  /** KiB of the agent after all views of logs. */
  private long resident;

  public ConsoleBench(PrintWriter out) {
    super(out);
  }

  /** What was measured. */
  public record ConsoleFigures(
      Map<String, TimingSamples> views, List<LoadFigures> loads, CrowdFigures crowd) {}

  @Override
  protected ConsoleFigures measure(Path folder) throws Exception {
    var vertx = Vertx.vertx();
    var views = new LinkedHashMap<String, TimingSamples>();
    var loads = new ArrayList<LoadFigures>();
    try {
      if (executions > 0) {
        loads.addAll(logs(vertx, Files.createDirectory(folder.resolve("logs")), views));
      }
      try (var served = ServedLab.start(folder, tenants, followers, SampleLogs.NONE)) {
        views.put("the agent, until it is ready", new TimingSamples(List.of(served.untilReady())));
        views.put(
            "then, the first page over HTTP", new TimingSamples(List.of(served.untilFirstPage())));
        try (var browser = new BrowserViews(served.address())) {
          browser.tenants(rounds).forEach((what, all) -> views.put(what, new TimingSamples(all)));
        }
        loads.addAll(loads(vertx, addresses(vertx, served)));
        var crowd = new FollowerCrowd(vertx, served, followers).follow();
        return new ConsoleFigures(views, loads, crowd);
      }
    } finally {
      vertx
          .close()
          .toCompletionStage()
          .toCompletableFuture()
          .get(LONGEST_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** Of an agent with many executions, and one of many records. */
  private List<LoadFigures> logs(Vertx vertx, Path folder, Map<String, TimingSamples> views)
      throws Exception {
    var logs = new SampleLogs(executions, RECORDS_OF_EACH, records);
    try (var served = ServedLab.start(folder, FEW_TENANTS, followers, logs)) {
      try (var browser = new BrowserViews(served.address())) {
        browser.logs(rounds).forEach((what, all) -> views.put(what, new TimingSamples(all)));
      }
      var addresses = new LinkedHashMap<String, String>();
      String executions = served.address() + "/v1/executions?limit=10";
      addresses.put("10 executions of many", executions);
      addresses.put("10 older ones", executions + "&after=" + SampleLogs.LONG);
      var loads = loads(vertx, addresses);
      resident = served.resident();
      return loads;
    }
  }

  private static Map<String, String> addresses(Vertx vertx, ServedLab served) throws Exception {
    var addresses = new LinkedHashMap<String, String>();
    addresses.put(BARE, bare(vertx));
    addresses.put("executions", served.address() + "/v1/executions?limit=1");
    addresses.put("one tenant", served.address() + "/v1/tenants/tenant-000017");
    addresses.put("a search of all", served.address() + "/v1/tenants?search=tenant-0999&limit=10");
    return addresses;
  }

  private List<LoadFigures> loads(Vertx vertx, Map<String, String> addresses) throws Exception {
    var client =
        vertx.createHttpClient(new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(CALLERS));
    var load = new HttpLoad(vertx.getOrCreateContext(), client, CALLERS);
    var answers = new LinkedHashMap<String, List<HttpLoad.Answers>>();
    for (int round = 0; round <= rounds; round++) {
      for (var each : addresses.entrySet()) {
        var answered = load.ask(each.getValue(), requests);
        if (round > 0) {
          answers.computeIfAbsent(each.getKey(), _ -> new ArrayList<>()).add(answered);
        }
      }
    }
    return answers.entrySet().stream().map(e -> figures(e.getKey(), e.getValue())).toList();
  }

  private LoadFigures figures(String what, List<HttpLoad.Answers> rounds) {
    return new LoadFigures(
        what,
        new TimingSamples(rounds.stream().flatMap(r -> r.nanos().stream()).toList()),
        new TimingSamples(rounds.stream().map(HttpLoad.Answers::total).toList()),
        requests);
  }

  /** One that answers a kilobyte, in this process. */
  private static String bare(Vertx vertx) throws Exception {
    String body = "{\"text\": \"" + "x".repeat(1_000) + "\"}";
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(
                call -> call.response().putHeader("Content-Type", "application/json").end(body))
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(LONGEST_SECONDS, TimeUnit.SECONDS);
    return "http://127.0.0.1:" + server.actualPort() + "/";
  }

  @Override
  protected List<FigureTable<?>> tables(ConsoleFigures figures) {
    return List.of(
        new FigureTable<>("views", "Until it is shown", List.copyOf(figures.views().entrySet()))
            .text("", "what", Map.Entry::getKey)
            .millis("median ms", "median_ns", view -> view.getValue().median())
            .millis("worst ms", "worst_ns", view -> view.getValue().worst()),
        new FigureTable<>("calls", CALLERS + " callers", figures.loads())
            .text("", "what", LoadFigures::what)
            .whole("calls/s", "per_second", LoadFigures::perSecond)
            .millis("p50 ms", "p50_ns", load -> load.each().rank(50))
            .millis("p99 ms", "p99_ns", load -> load.each().rank(99)),
        new FigureTable<>("logs", "The agent after the views of logs", List.of(resident))
            .whole("resident KiB", "resident_kib", kib -> kib),
        new FigureTable<>("followers", "Who follow one execution", List.of(figures.crowd()))
            .whole("followers", "followers", CrowdFigures::size)
            .whole("KiB without", "before_kib", CrowdFigures::before)
            .whole("KiB with", "with_kib", CrowdFigures::with)
            .whole("bytes to all", "bytes", CrowdFigures::bytes)
            .millis("until the last result, ms", "last_ns", CrowdFigures::nanos));
  }
}
