package dev.deployclaw.core.sim;

import dev.deployclaw.core.sim.bug.PlantedBug;
import dev.deployclaw.core.sim.schedule.ExhaustiveExplorer;
import dev.deployclaw.core.sim.schedule.FaultSchedule;
import dev.deployclaw.core.sim.schedule.HostExplorer;
import dev.deployclaw.core.sim.schedule.SimScenario;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Measures what {@code docs/design/simulation.md} speaks of, and writes it beside that page. */
class SimulationTableTest {
  private static final int COLUMNS = 8;
  private static final Pattern LAW = Pattern.compile("\\b[IA]\\d+\\b");

  @Test
  @EnabledIfSystemProperty(
      named = "sim.tables",
      matches = ".+",
      disabledReason = "writes into the folder that -Dsim.tables= names")
  void writesTheTables() throws IOException {
    var folder = Path.of(System.getProperty("sim.tables", ""));

    Files.write(folder.resolve("simulation-scenes.csv"), scenes());
    Files.write(folder.resolve("simulation-bugs.csv"), bugs());
  }

  private static List<String> scenes() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "scene,await points,crashes,outcomes,outages,pauses,double crashes,host faults,host and agent");
    long[] sums = new long[COLUMNS];
    for (var scene : SimScenario.common()) {
      long[] counts = {
        ExhaustiveExplorer.plain(scene).first().hops().size(),
        ExhaustiveExplorer.crashes(scene).count(),
        ExhaustiveExplorer.outcomes(scene).count(),
        ExhaustiveExplorer.outages(scene).count(),
        ExhaustiveExplorer.pauses(scene).count(),
        doubles(scene),
        HostExplorer.faults(scene).count(),
        HostExplorer.thenTheAgent(scene).count() + thenTheSuccessors(scene)
      };
      for (int i = 0; i < counts.length; i++) {
        sums[i] += counts[i];
      }
      lines.add(row(words(scene), counts));
    }
    lines.add(row("all", sums));
    return lines;
  }

  private static String row(String name, long[] counts) {
    return name + Arrays.stream(counts).mapToObj(n -> "," + n).collect(Collectors.joining());
  }

  private static long doubles(SimScenario scene) {
    List<FaultSchedule> all = new ArrayList<>();
    ExhaustiveExplorer.doubleCrashes(scene, (schedule, _) -> all.add(schedule));
    return all.size();
  }

  private static long thenTheSuccessors(SimScenario scene) {
    List<FaultSchedule> all = new ArrayList<>();
    HostExplorer.thenTheSuccessors(scene, (schedule, _) -> all.add(schedule));
    return all.size();
  }

  private static List<String> bugs() {
    List<String> lines = new ArrayList<>();
    lines.add("planted bug,single faults until found,swarms until found,law");
    for (var bug : PlantedBug.values()) {
      var schedules = BugHunt.bySchedules(bug);
      var seeds = BugHunt.bySeeds(bug);
      lines.add(
          "\"%s\",%s,%s,\"%s\""
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
    var number = LAW.matcher(law);
    return number.find() ? number.group() : law.lines().findFirst().orElse("").replace('"', '\'');
  }

  private static String words(SimScenario scene) {
    return scene.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
