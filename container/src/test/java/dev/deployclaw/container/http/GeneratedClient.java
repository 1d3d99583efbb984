package dev.deployclaw.container.http;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.impl.driver.Driver;
import dev.deployclaw.testkit.process.CommandRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A TypeScript client that OpenAPI Generator writes from a description, with a program that uses
 * it. Without generator or compiler, a test is skipped.
 */
final class GeneratedClient {
  private static final String GENERATOR = "org.openapitools:openapi-generator-cli:7.17.0";
  private static final String COMPILER = "typescript@5.9.3";
  private static final Duration LONGEST = Duration.ofMinutes(4);
  private static final String SETTINGS =
      """
      {"compilerOptions": {"target": "es2022", "module": "nodenext", "lib": ["es2022", "dom"],
        "strict": true, "types": [], "outDir": "built"}, "files": ["client.ts"]}
      """;

  private final Path folder;

  private GeneratedClient(Path folder) {
    this.folder = folder;
  }

  /** Generates and compiles it; the compiler checks that the program fits the client. */
  static GeneratedClient of(Path folder, String description) throws IOException {
    var tools = tools();
    var generator = tools.resolve("openapi-generator-cli.jar");
    var compiler = tools.resolve("node_modules/typescript/lib/tsc.js");
    assumeTrue(
        Files.exists(generator) && Files.exists(compiler),
        "not here: mvn dependency:copy -Dartifact=%s -Dmdep.stripVersion=true -DoutputDirectory=%s; npm install --prefix %s %s"
            .formatted(GENERATOR, ".deployclaw/openapi", ".deployclaw/openapi", COMPILER));
    Files.writeString(folder.resolve("openapi.yaml"), description);
    Files.writeString(folder.resolve("tsconfig.json"), SETTINGS);
    Files.writeString(folder.resolve("package.json"), "{\"type\": \"module\"}");
    try (var program = GeneratedClient.class.getResourceAsStream("client.ts")) {
      Files.copy(Objects.requireNonNull(program), folder.resolve("client.ts"));
    }
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var client = new GeneratedClient(folder);
    client.must(
        java,
        "-jar",
        generator.toString(),
        "generate",
        "-g",
        "typescript-fetch",
        "-i",
        "openapi.yaml",
        "-o",
        "generated",
        "--additional-properties=supportsES6=true,importFileExtension=.js");
    client.must(node(), compiler.toString(), "--project", "tsconfig.json");
    return client;
  }

  /** Runs the program; gives what it printed. */
  String run(String... arguments) {
    var words = new ArrayList<>(List.of(node(), "built/client.js"));
    words.addAll(List.of(arguments));
    return must(words.toArray(String[]::new));
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

  /** Of the checkout, where the program keeps what it installs. */
  private static Path tools() {
    var at = Path.of("").toAbsolutePath();
    while (!Files.exists(at.resolve("scripts/test-times"))) {
      at = Objects.requireNonNull(at.getParent());
    }
    return at.resolve(".deployclaw/openapi");
  }
}
