package dev.deployclaw.container.confinement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.host.RealPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
 * the four walls are those that the product makes of a configuration. The same program tries the
 * same without a wall, as the same user with the same capabilities, so that no attempt fails for
 * another reason.
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
          "connect to it by the socket on which it listens");

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
    int port = world.configured.getLocalPort();
    int user = ConfinedWorld.USER.uid();
    var byUser = world.byUser(new StartTools(true, false));
    missingByUser = byUser.missing();
    var gateway = RealPolicy.ofGateway(folder, user, port, world.jar);
    kept = gateway.policy().capabilities();
    OUTCOMES.put("root", behindTheWall(world.byRoot().argv()));
    OUTCOMES.put("user", behindTheWall(byUser.argv()));
    OUTCOMES.put("gateway", behindTheWall(world.byRoot(gateway).argv()));
    var pod = RealPolicy.ofPod(folder, user, port, world.jar);
    OUTCOMES.put("pod", behindTheWall(world.byUser(pod).argv()));
    var lines = attempts.stream().map(EscapeAttempt::attempt).toList();
    var open = world.javaCommand();
    OUTCOMES.put("open", world.outcomes(ConfinedWorld.as(ConfinedWorld.USER, open), lines));
    OUTCOMES.put(
        "open with capabilities",
        world.outcomes(ConfinedWorld.as(ConfinedWorld.USER, kept, open), lines));
  }

  /** The fatal ones each in a process of its own. */
  private static List<String> behindTheWall(List<String> command)
      throws IOException, InterruptedException {
    var harmless = attempts.stream().filter(a -> !a.isFatal()).map(EscapeAttempt::attempt).toList();
    var answers = world.outcomes(command, harmless).iterator();
    var all = new ArrayList<String>();
    for (var attempt : attempts) {
      all.add(
          attempt.isFatal()
              ? world.outcomes(command, List.of(attempt.attempt())).getFirst()
              : answers.next());
    }
    return all;
  }

  @AfterAll
  static void ends() throws IOException {
    world.close();
  }

  @TestFactory
  Stream<DynamicTest> refusesHostStartedByRoot() {
    return attempts.stream().map(a -> test(a, "root", a.byRoot()));
  }

  @TestFactory
  Stream<DynamicTest> refusesHostStartedByItsOwnUser() {
    return attempts.stream().map(a -> test(a, "user", a.byUser()));
  }

  @TestFactory
  Stream<DynamicTest> refusesHostOfFileGateway() {
    return attempts.stream()
        .map(a -> test(a, "gateway", OF_GATEWAY.getOrDefault(a.name(), a.byRoot())));
  }

  @TestFactory
  Stream<DynamicTest> refusesHostInPod() {
    return attempts.stream().map(a -> test(a, "pod", OF_POD.getOrDefault(a.name(), a.byUser())));
  }

  /** Such a host has the most: its refusals are Landlock's and the filters'. */
  @Test
  void fileGatewayLeavesCapabilities() {
    assertThat(kept).containsExactlyInAnyOrder("dac_override", "kill", "net_bind_service");
  }

  @TestFactory
  Stream<DynamicTest> wallRefusesWhatTheSameUserMay() {
    return attempts.stream()
        .filter(a -> !REFUSED_ANYWAY.contains(a.name()))
        .map(a -> {
          var walled = List.of(outcome(a, "root"), outcome(a, "gateway"));
          var open = List.of(outcome(a, "open"), outcome(a, "open with capabilities"));
          return DynamicTest.dynamicTest(
              a.name() + " -> " + String.join(", ", open),
              () ->
                  assertThat(IntStream.range(0, open.size()))
                      .anyMatch(i -> !open.get(i).equals(walled.get(i))));
        });
  }

  private static DynamicTest test(EscapeAttempt attempt, String start, String expected) {
    return DynamicTest.dynamicTest(
        attempt.name() + " -> " + expected,
        () -> assertThat(outcome(attempt, start)).isEqualTo(expected));
  }

  private static String outcome(EscapeAttempt attempt, String start) {
    return OUTCOMES.getOrDefault(start, List.of()).get(attempts.indexOf(attempt));
  }

  @Test
  void saysThatMountsAreMissingWithoutRoot() {
    assertThat(missingByUser).hasSize(1).first().asString().startsWith("library: ");
  }
}
