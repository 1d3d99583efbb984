package dev.deployclaw.lab;

import dev.deployclaw.lab.LabAgent.Ran;
import java.util.ArrayList;
import java.util.List;

/** Situations, with the exit code and the last line of each command that was tried in them. */
final class SituationTable {
  private final List<String> rows = new ArrayList<>();

  void add(String situation, Ran ran) {
    add(situation, Integer.toString(ran.exit()), last(ran));
  }

  void add(String situation, String exit, String line) {
    rows.add(situation + " | " + exit + " | " + line);
  }

  void print() {
    System.out.println("situation | exit | last line");
    rows.forEach(System.out::println);
  }

  /** What a command says at its end of a failure, else its result and the reason. */
  static String last(Ran ran) {
    var said = ran.err().strip().lines().toList();
    if (!said.isEmpty() && said.getLast().startsWith("deployclaw: ")) {
      return said.getLast();
    }
    if (ran.out().startsWith("{")) {
      var log = ran.json();
      return log.path("result").asText() + ": " + log.path("reason").asText();
    }
    var lines = ran.out().strip().lines().toList();
    return lines.stream()
        .filter(line -> line.startsWith("Reason "))
        .findFirst()
        .map(reason -> lines.getFirst() + ": " + reason.replaceFirst("Reason +", ""))
        .orElseGet(lines::getLast);
  }
}
