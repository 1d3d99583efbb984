package dev.deployclaw.container.http;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.impl.driver.Driver;
import dev.deployclaw.container.FetchedTool;
import dev.deployclaw.container.FetchedTool.MavenArtifact;
import dev.deployclaw.testkit.process.CommandRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A client that OpenAPI Generator writes from a description, with a program that uses it. Without
 * generator, compiler or libraries, a test is skipped.
 */
final class GeneratedClient {
  private static final String TOOLS = "openapi";
  private static final MavenArtifact GENERATOR =
      new MavenArtifact(
          "org.openapitools:openapi-generator-cli:7.17.0:jar",
          "25d6bd8273dd2be99979d544b62ea43f0ce1975f1aa582678b5093d1e7fcfce8");

  private static final String COMPILER = "typescript@5.9.3";
  private static final String PYTHON = "/usr/bin/python3";
  private static final Duration LONGEST = Duration.ofMinutes(4);
  private static final String SETTINGS =
      """
      {"compilerOptions": {"target": "es2022", "module": "nodenext", "lib": ["es2022", "dom"],
        "strict": true, "types": [], "outDir": "built"}, "files": ["client.ts"]}
      """;

  private final Path folder;
  private final List<String> program;

  private GeneratedClient(Path folder, List<String> program) {
    this.folder = folder;
    this.program = program;
  }

  /** In TypeScript. The compiler checks that the program fits the client. */
  static GeneratedClient typescript(Path folder, String description) throws IOException {
    var compiler = FetchedTool.npm(TOOLS, COMPILER, "lib/tsc.js");
    Files.writeString(folder.resolve("tsconfig.json"), SETTINGS);
    Files.writeString(folder.resolve("package.json"), "{\"type\": \"module\"}");
    var client = new GeneratedClient(folder, List.of(node(), "built/client.js"));
    client.generate(
        description, "client.ts", "typescript-fetch", "supportsES6=true,importFileExtension=.js");
    client.must(node(), compiler.toString(), "--project", "tsconfig.json");
    return client;
  }

  /** In Python. Its classes check each answer when it comes. */
  static GeneratedClient python(Path folder, String description) throws IOException {
    var libraries = CommandRunner.of(PYTHON, "-c", "import pydantic, urllib3, dateutil").run();
    assumeTrue(
        libraries.exit() == 0,
        "not here: apt-get install python3-pydantic python3-urllib3 python3-dateutil");
    var client = new GeneratedClient(folder, List.of(PYTHON, "-B", "client.py"));
    client.generate(description, "client.py", "python", "packageName=deployclaw_client");
    Files.move(folder.resolve("generated/deployclaw_client"), folder.resolve("deployclaw_client"));
    return client;
  }

  private void generate(String description, String program, String language, String options)
      throws IOException {
    var generator = FetchedTool.file(TOOLS, GENERATOR);
    Files.writeString(folder.resolve("openapi.yaml"), description);
    try (var text = GeneratedClient.class.getResourceAsStream(program)) {
      Files.copy(Objects.requireNonNull(text), folder.resolve(program));
    }
    must(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-jar",
        generator.toString(),
        "generate",
        "-g",
        language,
        "-i",
        "openapi.yaml",
        "-o",
        "generated",
        "--additional-properties=" + options);
  }

  /** Runs the program; gives what it printed. */
  String run(String... arguments) {
    return must(Stream.concat(program.stream(), Stream.of(arguments)).toArray(String[]::new));
  }

  private String must(String... words) {
    return CommandRunner.of(words).in(folder).within(LONGEST).must();
  }

  private static String node() {
    return Driver.ensureDriverInstalled(Map.of(), false)
        .createProcessBuilder()
        .command()
        .getFirst();
  }
}
