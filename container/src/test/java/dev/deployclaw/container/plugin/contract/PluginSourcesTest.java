package dev.deployclaw.container.plugin.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.container.host.HostCommand;
import dev.deployclaw.container.plugin.ExamplePlugin;
import dev.deployclaw.container.plugin.PluginPrograms;
import dev.deployclaw.container.plugin.contract.ContainerProgram.Mounts;
import dev.deployclaw.container.plugin.contract.PromiseResult.Verdict;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.docker.LocalImageBuilder;
import dev.deployclaw.testkit.docker.OfficialImage;
import dev.deployclaw.testkit.docker.TestDockerDaemon;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.process.ExecutableFinder;
import dev.deployclaw.testkit.server.ContractResult;
import dev.deployclaw.testkit.server.ContractTable;
import dev.deployclaw.testkit.server.NginxServer;
import dev.deployclaw.testkit.server.ServerSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract of plugins at both examples, as processes and in containers, and a table of what
 * came of each promise. The web server that the example in Python is read back from is an NGINX of
 * the same source. The edges of the example in Java are an invention of the example's, so that no
 * image of them is published: the test plays them.
 */
@Slow(
    guard = "dev.deployclaw.container.plugin.contract.PluginContractTest",
    because = "it makes images, and tries each promise in containers, too")
class PluginSourcesTest {
  private static final Duration START = Duration.ofMinutes(1);
  private static final String PYTHON = "/usr/bin/python3";

  @TempDir static Path place;

  private static final ContractTable TABLE = new ContractTable();
  private static TestDockerDaemon docker;

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    assumeTrue(TestDockerDaemon.missing().isEmpty(), () -> TestDockerDaemon.missing().orElse(""));
    assumeTrue(ExecutableFinder.has("docker"), "the client is missing: apt-get install docker.io");
    docker = TestDockerDaemon.start(place.resolve("docker"));
  }

  @AfterAll
  static void stop() throws IOException {
    if (docker != null) {
      docker.close();
    }
    TABLE.write();
  }

  @Test
  void thePythonExampleKeepsEachPromiseOnBothSources() throws Exception {
    String image = pythonImage();
    try (var example = ExamplePlugin.in(folder)) {
      var run = Files.createDirectory(folder.resolve("run"));
      var files = new ArrayList<>(List.of(example.program()));
      files.addAll(example.files().keySet());
      try (var process = web(ServerSource.processes(), example);
          var container = web(ServerSource.containers(), example)) {
        assertKept(
            "plugin limits-file",
            run,
            PluginPrograms.bare(words(example, process), run),
            ContainerProgram.of(
                docker,
                image,
                words(example, container),
                new Mounts(run, List.of(example.limits()), files)));
      }
    }
  }

  @Test
  void theJavaExampleKeepsEachPromiseOnBothSources() throws Exception {
    docker.serverImage(OfficialImage.JAVA);
    var example = EdgeFleetExample.in(Files.createDirectory(folder.resolve("classes")));
    try (var fra = new FakeEdge();
        var nyc = new FakeEdge()) {
      var run = Files.createDirectory(folder.resolve("run"));
      String[] members = {"fra=" + fra.url(), "nyc=" + nyc.url()};

      assertKept(
          "plugin edge-fleet",
          run,
          PluginPrograms.bare(example.words(members), run),
          ContainerProgram.of(
              docker,
              OfficialImage.JAVA.title(),
              example.wordsBy(OfficialImage.JAVA.path(), members),
              new Mounts(run, List.of(), example.files())));
    }
  }

  private static void assertKept(
      String subject, Path run, HostCommand process, HostCommand container) throws Exception {
    var onProcess = new PluginContract(process, run, START, _ -> {}).run();
    var inContainer = new PluginContract(container, run, START, _ -> {}).run();
    TABLE.add(subject, promises(onProcess), promises(inContainer));

    assertThat(onProcess).hasSameSizeAs(inContainer);
    assertThat(onProcess)
        .allSatisfy(r -> assertThat(r.verdict()).as(r.toString()).isEqualTo(Verdict.KEPT));
    assertThat(inContainer)
        .allSatisfy(r -> assertThat(r.verdict()).as(r.toString()).isEqualTo(Verdict.KEPT));
  }

  private static Map<String, String> promises(List<PromiseResult> results) {
    return results.stream()
        .collect(
            Collectors.toMap(
                PromiseResult::promise,
                result ->
                    switch (result.verdict()) {
                      case KEPT -> ContractResult.PASSED;
                      case BROKEN -> "failed: " + result.detail();
                      case SKIPPED -> "skipped: " + result.detail();
                    },
                (first, second) -> first.equals(ContractResult.PASSED) ? second : first,
                TreeMap::new));
  }

  /** An NGINX with the plugin's folder. */
  private record WebServer(NginxServer nginx, int port) implements AutoCloseable {
    @Override
    public void close() {
      nginx.close();
    }
  }

  private static WebServer web(ServerSource source, ExamplePlugin example) throws IOException {
    int port = FreePortFinder.free();
    var folder = Files.createTempDirectory(example.limits().resolveSibling(""), "web");
    var file =
        Files.writeString(
            folder.resolve("nginx.conf"),
            """
            events {}
            http {
              access_log off;
              %s
              server { listen 127.0.0.1:%d; root "%s"; }
            }
            """
                .formatted(NginxServer.TEMP_PATHS, port, example.limits()));
    return new WebServer(NginxServer.start(source, folder, file), port);
  }

  private static List<String> words(ExamplePlugin example, WebServer web) {
    var words = new ArrayList<>(List.of(example.program().toString()));
    words.addAll(example.arguments());
    words.set(words.indexOf("--url") + 1, "http://127.0.0.1:%d/limits.json".formatted(web.port()));
    return words;
  }

  /** This machine's Python with the libraries of the example, as its author's image would be. */
  private static String pythonImage() throws IOException {
    String name = "deployclaw-plugin:python";
    var program = Path.of(PYTHON).toRealPath();
    var packages = Path.of("/usr/lib/python3/dist-packages");
    var image = new LocalImageBuilder(name, "{}").folders("/tmp").program(PYTHON, Path.of(PYTHON));
    for (Path modules :
        List.of(
            Path.of("/usr/lib").resolve(program.getFileName()),
            packages.resolve("grpc"),
            packages.resolve("google"))) {
      image.tree(modules.toString(), modules, file -> !file.toString().contains("__pycache__"));
      try (var files = Files.walk(modules)) {
        files
            .filter(file -> file.toString().endsWith(".so"))
            .forEach(library -> image.librariesOf(library, _ -> true));
      }
    }
    image.load(docker.client());
    return name;
  }
}
