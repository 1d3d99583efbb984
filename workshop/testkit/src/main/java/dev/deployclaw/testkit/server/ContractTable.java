package dev.deployclaw.testkit.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;

/** What came of contracts by the latest test of each, on processes and in containers. */
public final class ContractTable {
  /** Beside the folders of the modules, which share it. */
  private static final Path FILE = Path.of("..", "target", "contracts.txt");

  private static final int SUBJECT = 24;
  private static final String LINE = "%-" + SUBJECT + "s %-26s %s";

  private ContractTable() {}

  /** Keeps a row in place of an earlier one. */
  public static void put(String subject, String processes, String containers) throws IOException {
    var rows = rows();
    rows.removeIf(row -> row.substring(0, SUBJECT).strip().equals(subject));
    rows.add(LINE.formatted(subject, processes, containers));
    Files.createDirectories(FILE.resolveSibling(""));
    Files.write(FILE, rows);
  }

  public static void print() throws IOException {
    System.out.println(LINE.formatted("contract", "processes", "containers"));
    rows().forEach(System.out::println);
  }

  private static SortedSet<String> rows() throws IOException {
    return Files.exists(FILE) ? new TreeSet<>(Files.readAllLines(FILE)) : new TreeSet<>();
  }
}
