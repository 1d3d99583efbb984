package dev.deployclaw.lab.guard;

import dev.deployclaw.container.cli.CommandLineRunner;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What an agent did for each of a few tasks that end where they began. Polls and repeated attempts
 * are one action: how often depends on the machine's haste.
 *
 * @param actions by task
 */
record ObservedActions(SortedMap<String, SortedSet<String>> actions) {
  static final String FIRST = "Orchestrate the rate limit policies of all tenants";

  static final String REQUEST = "set umbrella's search limit to 450 per minute";

  /** What each request comes to, read as it should be. */
  static final Map<String, Object> READINGS =
      Map.of(
          FIRST,
              Map.of(
                  "outcome", "planned",
                  "operation", "apply-policies",
                  "quotes", quotes("policies of all tenants")),
          REQUEST,
              Map.of(
                  "outcome",
                  "planned",
                  "operation",
                  "set-limit",
                  "quotes",
                  quotes("umbrella", "search", "450 per minute"),
                  "changes",
                  List.of(
                      Map.of(
                          "tenants", List.of("umbrella"),
                          "service", "search",
                          "set", Map.of("requests", 450, "windowSeconds", 60)))));

  /** Commands of which it matters how they end; a look may well find more where more stands. */
  private static final List<String> CHANGES = List.of("run", "rollback");

  private static final List<List<String>> TASKS =
      List.of(
          List.of("scan"),
          List.of("validate"),
          List.of("drift"),
          List.of("run", REQUEST),
          List.of("rollback", "last"));

  /** Later ones find what these leave. */
  static final List<List<String>> BEFORE =
      List.of(List.of("run", FIRST), TASKS.get(3), TASKS.get(4));

  private static List<Map<String, String>> quotes(String... words) {
    return Stream.of(words).map(w -> Map.of("slot", "some", "quote", w)).toList();
  }

  SortedMap<String, SortedSet<String>> beyond(ObservedActions other) {
    var out = new TreeMap<String, SortedSet<String>>();
    actions.forEach((task, done) -> {
      var more = new TreeSet<>(done);
      more.removeAll(other.actions().getOrDefault(task, new TreeSet<>()));
      if (!more.isEmpty()) {
        out.put(task, more);
      }
    });
    return out;
  }

  boolean complete() {
    return actions.entrySet().stream()
        .filter(e -> CHANGES.stream().anyMatch(e.getKey()::startsWith))
        .allMatch(e -> e.getValue().contains("ended with exit 0"));
  }

  int size() {
    return actions.values().stream().mapToInt(Collection::size).sum();
  }

  /** Carries the tasks out, one after the other, in this process. */
  static ObservedActions of(CommandEnvironment around, Path config, Path folder)
      throws IOException {
    return of(around, config, folder, TASKS);
  }

  static ObservedActions of(
      CommandEnvironment around, Path config, Path folder, List<List<String>> tasks)
      throws IOException {
    var actions = new TreeMap<String, SortedSet<String>>();
    for (var task : tasks) {
      actions.put(String.join(" ", task), done(around, config, folder, task));
    }
    return new ObservedActions(actions);
  }

  private static SortedSet<String> done(
      CommandEnvironment around, Path config, Path folder, List<String> task) throws IOException {
    var notes = folder.resolve("actions");
    Files.deleteIfExists(notes);
    var said = new ByteArrayOutputStream();
    int exit;
    try (var print = new PrintStream(said, true, StandardCharsets.UTF_8)) {
      System.setProperty(ActionNoteDecorator.FILE, notes.toString());
      exit = CommandLineRunner.run(quiet(around, config, print), task.toArray(String[]::new));
    } finally {
      System.clearProperty(ActionNoteDecorator.FILE);
    }
    var done = Files.exists(notes) ? Files.readAllLines(notes) : List.<String>of();
    var actions = new TreeSet<>(done);
    if (CHANGES.contains(task.getFirst())) {
      actions.add("ended with exit " + exit);
    }
    return actions;
  }

  private static CommandEnvironment quiet(
      CommandEnvironment around, Path config, PrintStream print) {
    var environment = new LinkedHashMap<>(around.environment());
    environment.put("DEPLOYCLAW_CONFIG", config.toString());
    environment.put("DEPLOYCLAW_PROBES_REQUESTS", "60");
    environment.put("DEPLOYCLAW_LOG", "error");
    return new CommandEnvironment(
        around.home(), around.working(), environment, print, print, around.display());
  }
}
