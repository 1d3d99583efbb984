package dev.deployclaw.container.confinement;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.host.RealPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * A program behind the wall tries to get out of it, with real files, processes and sockets. Two of
 * the five walls are those that the product makes of a configuration. The same program tries the
 * same without a wall, as the same user with the same capabilities, so that no attempt fails for
 * another reason. The same filter ends the process behind each wall, so that all fatal attempts are
 * made behind one, and one behind each other. {@code target/escapes.md} has all answers.
 */
@EnabledIf(
    value = "dev.deployclaw.container.confinement.ConfinedWorld#possible",
    disabledReason = ConfinedWorld.NEEDS)
class EscapeTest {
  /** What a host may do that signals a gateway's processes, and {@code doctor} names as a gap. */
  private static final Map<String, String> OF_GATEWAY =
      Map.of("signal its own user's process", "allowed");

  /** A kubeconfig names a host that is looked up. */
  private static final Map<String, String> OF_POD = Map.of("open a UDP socket", "allowed");

  /** The kernel refuses them to its user, or to anybody, without a wall as well. */
  private static final Set<String> REFUSED_ANYWAY =
      Set.of(
          "become root",
          "read the agent's memory",
          "read the agent's environment",
          "open a memory device",
          "connect to it by the socket on which it listens");

  /** NGINX has read the file where it names a line of it. */
  private static final Pattern PASSES =
      Pattern.compile("allowed|EFAULT|failed: .*same-user\\.key:1.*");

  private static final String NOT_TRIED = "not tried";

  @TempDir static Path folder;
  private static ConfinedWorld world;
  private static List<EscapeAttempt> attempts;
  private static final Map<String, List<String>> OUTCOMES = new TreeMap<>();
  private static List<String> missingByUser;
  private static Set<String> kept;

  @BeforeAll
  static void triesAll() throws Exception {
    world = new ConfinedWorld(folder);
    attempts = EscapeAttempt.all(world);
    kept =
        RealPolicy.ofGateway(
                folder, ConfinedWorld.USER.uid(), world.configured.getLocalPort(), world.jar)
            .policy()
            .capabilities();
    var walls = new TreeMap<>(world.walls());
    missingByUser = requireNonNull(walls.get("user")).missing();
    var fatal = EscapeAttempt.fatal(world);
    int next = 0;
    for (var wall : walls.entrySet()) {
      var made = wall.getKey().equals("root") ? fatal : List.of(fatal.get(next++));
      OUTCOMES.put(wall.getKey(), behindTheWall(wall.getValue().argv(), made));
    }
    var lines = attempts.stream().map(EscapeAttempt::attempt).toList();
    var open = world.javaCommand();
    OUTCOMES.put("open", world.outcomes(ConfinedWorld.as(ConfinedWorld.USER, open), lines));
    OUTCOMES.put(
        "open with capabilities",
        world.outcomes(ConfinedWorld.as(ConfinedWorld.USER, kept, open), lines));
  }

  /** What isn't fatal in one process, and each of the fatal ones in a process of its own. */
  private static List<String> behindTheWall(List<String> command, List<EscapeAttempt> fatal)
      throws IOException, InterruptedException {
    var harmless = attempts.stream().filter(a -> !a.isFatal()).map(EscapeAttempt::attempt).toList();
    var answers = world.outcomes(command, harmless).iterator();
    var all = new ArrayList<String>();
    for (var attempt : attempts) {
      if (!attempt.isFatal()) {
        all.add(answers.next());
      } else if (fatal.contains(attempt)) {
        all.addAll(world.outcomes(command, List.of(attempt.attempt())));
      } else {
        all.add(NOT_TRIED);
      }
    }
    return all;
  }

  @AfterAll
  static void ends() throws IOException {
    world.close();
    var starts = List.copyOf(OUTCOMES.keySet());
    var lines =
        new ArrayList<>(
            List.of(row("attempt", starts), row("---", starts.stream().map(_ -> "---").toList())));
    attempts.forEach(
        a -> lines.add(row(a.name(), starts.stream().map(s -> outcome(a, s)).toList())));
    Files.write(Path.of("target", "escapes.md"), lines);
  }

  private static String row(String first, List<String> others) {
    var cells = others.stream().map(cell -> cell.replaceFirst(":.*", "")).toList();
    return "| %s | %s |".formatted(first, String.join(" | ", cells));
  }

  @TestFactory
  Stream<DynamicTest> refusesHostStartedByRoot() {
    return attempts.stream().map(a -> test(a, "root", a.byRoot()));
  }

  @TestFactory
  Stream<DynamicTest> refusesHostStartedByItsOwnUser() {
    return tried("user").map(a -> test(a, "user", a.byUser()));
  }

  @TestFactory
  Stream<DynamicTest> refusesHostOfFileGateway() {
    return tried("gateway")
        .map(a -> test(a, "gateway", OF_GATEWAY.getOrDefault(a.name(), a.byRoot())));
  }

  @TestFactory
  Stream<DynamicTest> refusesHostInPod() {
    return tried("pod").map(a -> test(a, "pod", OF_POD.getOrDefault(a.name(), a.byUser())));
  }

  /** Its other attempts are of the configuration that opens sockets. */
  @TestFactory
  Stream<DynamicTest> endsHostWithDockersSocket() {
    return tried("sockets").filter(EscapeAttempt::isFatal).map(a -> test(a, "sockets", "SIGSYS"));
  }

  private static Stream<EscapeAttempt> tried(String start) {
    return attempts.stream().filter(a -> !outcome(a, start).equals(NOT_TRIED));
  }

  /** Such a host has the most: its refusals are Landlock's and the filters'. */
  @Test
  void fileGatewayLeavesCapabilities() {
    assertThat(kept).containsExactlyInAnyOrder("dac_override", "kill", "net_bind_service");
  }

  /** It reaches the agent's socket, and is no client of the agent for want of the pass. */
  @Test
  void hostWithDockersSocketConnectsWithoutThePass() {
    assertThat(outcome("connect to the socket of its own user's agent", "sockets"))
        .isEqualTo("allowed");
    assertThat(outcome("read the pass of its own user's agent", "sockets")).isEqualTo("EACCES");
    assertThat(outcome("read the pass of its own user's agent", "open")).isEqualTo("allowed");
  }

  @TestFactory
  Stream<DynamicTest> wallRefusesWhatTheSameUserMay() {
    return attempts.stream()
        .filter(a -> !REFUSED_ANYWAY.contains(a.name()))
        .map(a -> {
          var starts = outcome(a, "gateway").equals(NOT_TRIED) ? 1 : 2;
          var walled = List.of(outcome(a, "root"), outcome(a, "gateway")).subList(0, starts);
          var open = List.of(outcome(a, "open"), outcome(a, "open with capabilities"));
          return DynamicTest.dynamicTest(
              a.name() + " -> " + String.join(", ", open),
              () ->
                  assertThat(IntStream.range(0, starts))
                      .as(walled + " and without: " + open)
                      .anyMatch(i -> isRefusedByWall(walled.get(i), open.get(i))));
        });
  }

  /** Without it the kernel does it, as far as the arguments let it. */
  private static boolean isRefusedByWall(String walled, String open) {
    return walled.equals("SIGSYS")
        ? !open.equals("SIGSYS")
        : !walled.equals("allowed") && PASSES.matcher(open).matches();
  }

  private static DynamicTest test(EscapeAttempt attempt, String start, String expected) {
    return DynamicTest.dynamicTest(
        attempt.name() + " -> " + expected,
        () -> assertThat(outcome(attempt, start)).isEqualTo(expected));
  }

  private static String outcome(String attempt, String start) {
    return outcome(
        attempts.stream().filter(a -> a.name().equals(attempt)).findFirst().orElseThrow(), start);
  }

  private static String outcome(EscapeAttempt attempt, String start) {
    return OUTCOMES.getOrDefault(start, List.of()).get(attempts.indexOf(attempt));
  }

  @Test
  void saysThatMountsAreMissingWithoutRoot() {
    assertThat(missingByUser).hasSize(1).first().asString().startsWith("library: ");
  }
}
