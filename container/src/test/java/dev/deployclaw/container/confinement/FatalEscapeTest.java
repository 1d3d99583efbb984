package dev.deployclaw.container.confinement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.Slow;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The kernel ends a program behind each of the walls for each of the fatal attempts. */
@Slow(
    guard = "dev.deployclaw.container.confinement.EscapeTest",
    because = "each attempt behind each wall is a start of two JVMs")
@EnabledIf(
    value = "dev.deployclaw.container.confinement.ConfinedWorld#possible",
    disabledReason = ConfinedWorld.NEEDS)
class FatalEscapeTest {
  @TempDir static Path folder;
  @AutoClose private static ConfinedWorld world;

  @BeforeAll
  static void start() throws Exception {
    world = new ConfinedWorld(folder);
  }

  @TestFactory
  List<DynamicTest> endsTheProcess() throws Exception {
    var attempts = EscapeAttempt.fatal(world);
    return new TreeMap<>(world.walls())
        .entrySet().stream()
            .flatMap(wall ->
                attempts.stream()
                    .map(a ->
                        DynamicTest.dynamicTest(
                            wall.getKey() + ": " + a.name(),
                            () ->
                                assertThat(
                                        world.outcomes(
                                            wall.getValue().argv(), List.of(a.attempt())))
                                    .containsExactly("SIGSYS"))))
            .toList();
  }
}
