package dev.deployclaw.container.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.OutputMode;
import dev.deployclaw.testkit.server.S3Server;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A command line in a folder of its own, and what it printed. */
public final class CommandLineFixture {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path folder;
  private final Map<String, String> environment;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  public CommandLineFixture(Path folder) {
    this(folder, Map.of());
  }

  public CommandLineFixture(Path folder, Map<String, String> environment) {
    this.folder = folder;
    this.environment = environment;
  }

  public CommandEnvironment surroundings() {
    return surroundings(OutputMode.PLAIN);
  }

  public CommandEnvironment surroundings(OutputMode display) {
    return new CommandEnvironment(folder, folder, environment, print(out), print(err), display);
  }

  /** Runs a command on a clean screen and returns its exit code. */
  public int run(String... words) {
    return runOn(OutputMode.PLAIN, words);
  }

  /** The same on this kind of screen. */
  public int runOn(OutputMode display, String... words) {
    out.reset();
    err.reset();
    return CommandLineRunner.run(surroundings(display), words);
  }

  /** The same on a terminal, where a person types these lines and then leaves. */
  public int typing(List<String> lines, String... words) {
    out.reset();
    err.reset();
    var left = new ArrayDeque<>(lines);
    var person =
        surroundings(OutputMode.TERMINAL)
            .asking(text -> {
              surroundings().warn(text);
              return Optional.ofNullable(left.poll());
            });
    return CommandLineRunner.run(person, words);
  }

  public String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  public String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  /** The one document on standard output. */
  public JsonNode json() {
    return json(out());
  }

  public static JsonNode json(String text) {
    try (var parser = MAPPER.createParser(text)) {
      JsonNode document = MAPPER.readTree(parser);
      if (parser.nextToken() != null) {
        throw new IllegalStateException("more than one document: " + text);
      }
      return document;
    } catch (IOException e) {
      throw new UncheckedIOException("not JSON: " + text, e);
    }
  }

  public Path write(String name, String text) {
    try {
      var file = folder.resolve(name);
      Files.createDirectories(file.resolveSibling(""));
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PrintStream print(ByteArrayOutputStream to) {
    return new PrintStream(to, true, StandardCharsets.UTF_8);
  }

  /** A folder whose configuration has a real bucket, and no other server. */
  public static CommandLineFixture withBucket(Path folder, S3Server server) {
    var screen = new CommandLineFixture(folder);
    screen.write(
        "deployclaw.yaml",
        """
        stateDir: state
        etcd: {endpoints: ["http://127.0.0.1:1"]}
        redis: {nodes: ["127.0.0.1:1"]}
        s3: {endpoint: "%s", bucket: "%s", accessKey: "%s", secretKey: "%s", timeout: 2s}
        nats: {url: "nats://127.0.0.1:1"}
        """
            .formatted(server.endpoint(), server.bucket(), server.accessKey(), server.secretKey()));
    return screen;
  }
}
