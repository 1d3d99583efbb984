package dev.deployclaw.container.confinement;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What a host can still do behind the wall, and what the probe says of it from there. */
@EnabledIf(
    value = "dev.deployclaw.container.confinement.ConfinedWorld#possible",
    disabledReason = ConfinedWorld.NEEDS)
class ConfinedHostTest {
  private static final List<String> LAYERS = IsolationLayer.NAMES;

  @TempDir Path folder;
  private ConfinedWorld world;

  @BeforeEach
  void opens() throws IOException, InterruptedException {
    world = new ConfinedWorld(folder);
  }

  @AfterEach
  void closes() throws IOException {
    world.close();
  }

  @Test
  void doesItsWork() throws IOException, InterruptedException {
    var work =
        Map.of(
            "a gateway's own test",
            "exec\t%s\t-e\tstderr\t-t\t-p\t%s\t-c\t%2$s/nginx.conf"
                .formatted(ConfinedWorld.NGINX, world.own),
            "a configured port",
            "connect\t" + world.configured.getLocalPort(),
            "its own folder",
            "write\t" + world.own.resolve("state"),
            "a name",
            "resolve\tlocalhost",
            "certificates",
            "read\t" + System.getProperty("java.home") + "/lib/security/cacerts",
            "random numbers",
            "read\t/dev/urandom",
            "its own limits",
            "read\t/proc/self/limits");

    for (var command : List.of(world.byRoot(), world.byUser(StartTools.found()))) {
      var outcomes = world.outcomes(command.argv(), List.copyOf(work.values()));

      assertThat(outcomes).as(work.keySet().toString()).containsOnly("allowed");
    }
    try (var connection = world.configured.accept()) {
      assertThat(connection.getInputStream().readNBytes(4))
          .isEqualTo("PING".getBytes(StandardCharsets.US_ASCII));
    }
    assertThat(world.own.resolve("state")).hasContent("written");
  }

  @Test
  void findsEveryLayerWhereRootStarts() throws IOException, InterruptedException {
    var command = world.byRoot();

    assertThat(command.missing()).isEmpty();
    assertThat(enforced(command.argv())).containsExactlyElementsOf(LAYERS);
  }

  @Test
  void missesOnlyTheMountsWhereItsOwnUserStarts() throws IOException, InterruptedException {
    for (var each : List.of(new StartTools(true, false), new StartTools(false, false))) {
      assertThat(enforced(world.byUser(each).argv()))
          .as(each.toString())
          .containsExactlyElementsOf(without("library"));
    }
  }

  @Test
  void findsNoLayerWithoutTheWall() throws IOException, InterruptedException {
    assertThat(enforced(world.javaCommand())).isEmpty();
  }

  /** It looks the same from outside as the launcher's, which would refuse ptrace. */
  @Test
  void aLaterFilterAloneIsNotTheLayer() throws IOException, InterruptedException {
    var words = new ArrayList<>(world.javaCommand());
    words.addAll(List.of("false", "false"));

    assertThat(layers(words).get("seccomp"))
        .isEqualTo("false a filter, but none that refuses ptrace");
    assertThat(enforced(words)).containsExactly("unix", "udp");
  }

  @Test
  void keepsCapabilitiesAndLeavesSignals() throws IOException, InterruptedException {
    var policy =
        ConfinementPolicy.forJvm(Path.of(System.getProperty("java.home")))
            .user(ConfinedWorld.USER)
            .reads(List.of(world.jar))
            .writes(List.of(world.own))
            .keeps("kill")
            .signalsOutside()
            .build();
    var command = world.command(policy, StartRights.here(), StartTools.found());

    var layers = layers(command.argv());

    assertThat(layers.get("capabilities")).startsWith("false kill on ");
    assertThat(layers.get("signals")).isEqualTo("false may signal the parent");
  }

  @Test
  void leavesWhatIsNotThereClosedAndSaysIt() throws IOException, InterruptedException {
    var policy =
        ConfinementPolicy.forJvm(Path.of(System.getProperty("java.home")))
            .user(ConfinedWorld.USER)
            .reads(List.of(world.jar, folder.resolve("absent")))
            .writes(List.of(world.own))
            .build();
    var command = world.command(policy, StartRights.here(), StartTools.found());

    assertThat(enforced(command.argv())).containsExactlyElementsOf(LAYERS);
    assertThat(Files.readString(folder.resolve("log")))
        .isEqualTo(
            "confinement: %s cannot be opened: ENOENT; it stays closed\n"
                .formatted(folder.resolve("absent")));
  }

  private List<String> enforced(List<String> command) throws IOException, InterruptedException {
    var layers = layers(command);
    return LAYERS.stream()
        .filter(name -> layers.getOrDefault(name, "").startsWith("true "))
        .toList();
  }

  /** By name: whether it is enforced, and the detail. */
  private Map<String, String> layers(List<String> command)
      throws IOException, InterruptedException {
    var report = world.outcomes(command, List.of("report\t" + world.own)).getFirst();
    return Stream.of(report.split(";", -1))
        .filter(layer -> layer.contains("="))
        .collect(
            Collectors.toMap(layer -> layer.split("=", 2)[0], layer -> layer.split("=", 2)[1]));
  }

  private static List<String> without(String layer) {
    return LAYERS.stream().filter(name -> !name.equals(layer)).toList();
  }
}
