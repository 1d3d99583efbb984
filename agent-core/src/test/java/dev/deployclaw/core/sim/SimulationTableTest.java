package dev.deployclaw.core.sim;

import dev.deployclaw.core.sim.bug.PlantedBug;
import dev.deployclaw.core.sim.schedule.ExhaustiveExplorer;
import dev.deployclaw.core.sim.schedule.FaultSchedule;
import dev.deployclaw.core.sim.schedule.SimScenario;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Measures the tables of {@code docs/design/simulation.md} and writes them into the page. */
class SimulationTableTest {
  private static final String BEGIN = "<!-- measured: begin -->\n";
  private static final String END = "<!-- measured: end -->";
  private static final Pattern NUMBER = Pattern.compile("\\b[IA]\\d+\\b");

  @Test
  @EnabledIfSystemProperty(
      named = "sim.table",
      matches = ".+",
      disabledReason = "writes into the document that -Dsim.table= names")
  void writesTheTables() throws IOException {
    var document = Path.of(System.getProperty("sim.table", ""));
    String text = Files.readString(document);
    int from = text.indexOf(BEGIN) + BEGIN.length();
    int to = text.indexOf(END);

    List<String> lines = new ArrayList<>(scenes());
    lines.add("");
    lines.addAll(bugs());

    String measured = "\n" + String.join("\n", lines) + "\n\n";
    Files.writeString(
        document, text.substring(0, from) + measured + text.substring(to), StandardCharsets.UTF_8);
  }

  private static List<String> scenes() {
    List<String> lines = new ArrayList<>();
    lines.add("| scene | await points | single faults | double crashes |");
    lines.add("|---|---|---|---|");
    long[] sums = new long[3];
    for (var scene : SimScenario.common()) {
      long[] counts = {
        ExhaustiveExplorer.plain(scene).first().size(),
        singles(scene),
        doubles(scene)
      };
      for (int i = 0; i < counts.length; i++) {
        sums[i] += counts[i];
      }
      lines.add(row(words(scene), counts));
    }
    lines.add(row("**all**", sums));
    return lines;
  }

  private static String row(String name, long[] counts) {
    return "| %s | %d | %d | %d |".formatted(name, counts[0], counts[1], counts[2]);
  }

  /** Crashes, outcomes, outages and pauses. */
  private static long singles(SimScenario scene) {
    return ExhaustiveExplorer.crashes(scene).count()
        + ExhaustiveExplorer.outcomes(scene).count()
        + ExhaustiveExplorer.outages(scene).count()
        + ExhaustiveExplorer.pauses(scene).count();
  }

  private static long doubles(SimScenario scene) {
    List<FaultSchedule> all = new ArrayList<>();
    ExhaustiveExplorer.doubleCrashes(scene, (schedule, _) -> all.add(schedule));
    return all.size();
  }

  private static List<String> bugs() {
    List<String> lines = new ArrayList<>();
    lines.add("| planted bug | single faults until found | swarms until found | law |");
    lines.add("|---|---|---|---|");
    for (var bug : PlantedBug.values()) {
      var schedules = BugHunt.bySchedules(bug);
      var seeds = BugHunt.bySeeds(bug);
      lines.add(
          "| %s | %s | %s | %s |"
              .formatted(
                  bug.words(), tried(schedules), tried(seeds), law(schedules.or(() -> seeds))));
    }
    return lines;
  }

  private static String tried(Optional<BugHunt.Found> found) {
    return found.map(f -> Integer.toString(f.tried())).orElse("-");
  }

  /** The law by its number, or the first line of a finding that names none. */
  private static String law(Optional<BugHunt.Found> found) {
    String law = found.map(BugHunt.Found::law).orElse("");
    var number = NUMBER.matcher(law);
    return number.find() ? number.group() : law.lines().findFirst().orElse("").replace('|', '/');
  }

  private static String words(SimScenario scene) {
    return scene.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
