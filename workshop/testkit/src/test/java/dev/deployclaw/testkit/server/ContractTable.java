package dev.deployclaw.testkit.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What came of each promise of contracts, on processes and in containers. */
public final class ContractTable {
  private static final Path FILE = Path.of("target", "contracts.txt");
  private static final String LINE = "%-62s %-34s %s";

  private final List<String> totals = new ArrayList<>();
  private final List<String> rows = new ArrayList<>();

  /** Adds what came of each promise, with processes and in containers. */
  public void add(String contract, Map<String, String> processes, Map<String, String> containers) {
    totals.add(LINE.formatted(contract, count(processes), count(containers)));
    var promises = new TreeSet<>(processes.keySet());
    promises.addAll(containers.keySet());
    for (var promise : promises) {
      rows.add(
          LINE.formatted(
              (contract + " " + promise).strip(),
              processes.getOrDefault(promise, "-"),
              containers.getOrDefault(promise, "-")));
    }
  }

  public void write() throws IOException {
    var all = new ArrayList<>(List.of(LINE.formatted("contract", "processes", "containers")));
    all.addAll(totals);
    all.forEach(System.out::println);
    all.add("");
    all.addAll(rows);
    Files.createDirectories(FILE.resolveSibling(""));
    Files.write(FILE, all);
  }

  private static String count(Map<String, String> results) {
    var whole = results.get("");
    if (whole != null && results.size() == 1) {
      return whole;
    }
    long passed = results.values().stream().filter(ContractResult.PASSED::equals).count();
    long skipped = results.values().stream().filter(r -> r.startsWith("skipped")).count();
    return results.isEmpty()
        ? "-"
        : "%d passed, %d failed, %d skipped"
            .formatted(passed, results.size() - passed - skipped, skipped);
  }
}
