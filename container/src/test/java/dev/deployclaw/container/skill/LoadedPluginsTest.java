package dev.deployclaw.container.skill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.skills.admission.PluginExecutor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A plugin jar runs just as it was admitted, or not at all. */
class LoadedPluginsTest {
  private static final String INCIDENTS = "statuspage.incidents";

  @TempDir Path folder;

  @Test
  void nothingIsLoadedWhereNothingIsAdmitted() throws Exception {
    PluginJars.pack(folder, PluginJars.STATUS_PAGE);

    try (var none = LoadedPlugins.open(List.of(), folder)) {
      assertThat(none.executors()).isEmpty();
    }
  }

  @Test
  void asksOnlyWhatIsAdmittedAndObserves() throws Exception {
    try (var plugins = open(Map.of(INCIDENTS, "observe"))) {
      var plugin = plugins.executors().getFirst();

      assertThat(plugin.name()).isEqualTo("statuspage");
      assertThat(plugin.verbs()).containsExactly("incidents");
      assertThat(plugin.participates()).isFalse();
      assertThat(denied(plugin, new ExecutorCall.Look("silence", Map.of())))
          .contains("isn't admitted");
      assertThat(denied(plugin, new ExecutorCall.Look("other", Map.of())))
          .contains("has no operation");
      assertThat(denied(plugin, new ExecutorCall.Discard(1))).contains("has no operation");
    }
  }

  @Test
  void aJarMayRaiseWhatAnOperationDoes() throws Exception {
    try (var plugins = open(Map.of("statuspage.silence", "observe"))) {
      var plugin = plugins.executors().getFirst();

      assertThat(plugin.verbs()).isEmpty();
      assertThat(denied(plugin, new ExecutorCall.Look("silence", Map.of())))
          .contains("of class stage");
    }
  }

  @Test
  void aJarMayNotLowerIt() {
    assertThat(refusal(Map.of(INCIDENTS, "activate")))
        .contains("says that statuspage.incidents is of class observe")
        .contains("the configuration says activate", "may only raise");
  }

  @Test
  void anOperationThatTheJarDoesNotHaveIsRefused() {
    assertThat(refusal(Map.of("statuspage.weather", "observe")))
        .contains("has no operation statuspage.weather", "drop it", INCIDENTS);
  }

  @Test
  void aJarThatChangedIsRefusedBeforeAnyOfItRuns() throws Exception {
    var jar = PluginJars.pack(folder, PluginJars.STATUS_PAGE);
    String admitted = PluginJars.hash(jar);
    Files.write(jar, new byte[] {0}, StandardOpenOption.APPEND);

    var config = new PluginConfig(jar, admitted, new TreeMap<>(Map.of(INCIDENTS, "observe")));

    assertThat(refusal(config))
        .contains(jar.toString(), PluginJars.hash(jar), admitted, "review the changes");
    assertThat(folder.resolve("plugins")).doesNotExist();
  }

  @Test
  void whatIsExchangedAfterwardsChangesNothing() throws Exception {
    try (var plugins = open(Map.of(INCIDENTS, "observe"))) {
      Files.writeString(folder.resolve("status-page.jar"), "nothing");

      assertThat(plugins.executors().getFirst().verbs()).containsExactly("incidents");
      assertThat(folder.resolve("plugins")).isDirectoryContaining("glob:**.jar");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "dev.deployclaw.core.spi.BackendExecutor",
    "dev.deployclaw.skills.sheet.SkillReader",
    "dev.deployclaw.skills.admission.PluginJar",
    "com.fasterxml.jackson.databind.ObjectMapper",
  })
  void itsClassesSeeNeitherTheAgentsNorItsLibraries(String hidden) throws Exception {
    assertThat(Class.forName(hidden)).as("it is there").isNotNull();

    try (var plugins = open(Map.of(INCIDENTS, "observe"))) {
      var loader = (ClassLoader) plugins.classes().getFirst();

      assertThat(catchThrowableOfType(ClassNotFoundException.class, () -> loader.loadClass(hidden)))
          .isNotNull();
    }
  }

  @ParameterizedTest
  @CsvSource({"redis, an executor redis already", "change, the kernel's", "Status, DNS label"})
  void itTakesNobodysName(String name, String message) throws Exception {
    var jar =
        PluginJars.pack(folder, PluginJars.STATUS_PAGE.replace("\"statuspage\"", quoted(name)));
    var admitted = new TreeMap<>(Map.of(name + ".incidents", "observe"));

    assertThat(refusal(new PluginConfig(jar, PluginJars.hash(jar), admitted))).contains(message);
  }

  @Test
  void oneThatFailsToLoadIsRefusedWithItsReason() {
    var broken =
        PluginJars.STATUS_PAGE.replace(
            "return \"statuspage\";", "throw new IllegalStateException(\"no luck\");");
    var jar = PluginJars.pack(folder, broken);

    var config =
        new PluginConfig(jar, PluginJars.hash(jar), new TreeMap<>(Map.of(INCIDENTS, "observe")));

    assertThat(refusal(config)).contains("can't be loaded", "no luck", "replace the jar");
  }

  @Test
  void everyProblemIsSaidAtOnce() {
    var missing =
        new PluginConfig(
            folder.resolve("none.jar"), "0".repeat(64), new TreeMap<>(Map.of("a.b", "observe")));

    var refusal =
        catchThrowableOfType(
            SetupException.class,
            () ->
                LoadedPlugins.open(
                    List.of(config(Map.of("statuspage.x", "observe")), missing), folder));

    assertThat(refusal).hasMessageContainingAll("no operation statuspage.x", "none.jar can't be");
  }

  private static String denied(PluginExecutor plugin, ExecutorCall call) throws Exception {
    var outcome =
        plugin.execute(
            new Invocation(plugin.name(), call, FencingToken.NONE, Duration.ofSeconds(5)));

    assertThat(outcome).isInstanceOf(CallOutcome.Failed.class);
    var fault = ((CallOutcome.Failed) outcome).fault();
    assertThat(fault).isInstanceOf(CallFault.Denied.class);
    return fault.reason();
  }

  private LoadedPlugins open(Map<String, String> operations) throws SetupException {
    return LoadedPlugins.open(List.of(config(operations)), folder);
  }

  private String refusal(Map<String, String> operations) {
    return refusal(config(operations));
  }

  private String refusal(PluginConfig config) {
    return String.valueOf(
        catchThrowableOfType(
                SetupException.class, () -> LoadedPlugins.open(List.of(config), folder))
            .getMessage());
  }

  private PluginConfig config(Map<String, String> operations) {
    var jar = PluginJars.pack(folder, PluginJars.STATUS_PAGE);
    return new PluginConfig(jar, PluginJars.hash(jar), new TreeMap<>(operations));
  }

  private static String quoted(String name) {
    return "\"" + name + "\"";
  }
}
