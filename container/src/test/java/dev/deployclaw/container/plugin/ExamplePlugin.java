package dev.deployclaw.container.plugin;

import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.network.FakeHttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.lang3.function.Failable;

/**
 * The example in Python, copied to where a test may change it, and the web server that serves its
 * file.
 *
 * @param program limits_file.py
 * @param limits the folder of limits.json
 */
public record ExamplePlugin(Path program, Path limits, FakeHttpServer web)
    implements AutoCloseable {
  private static final Path SOURCES =
      Path.of("..", "skills", "examples", "limits-file").toAbsolutePath().normalize();
  private static final List<String> FILES =
      List.of("limits_file.py", "executor_host.py", "executor_host_pb2.py");

  public static ExamplePlugin in(Path folder) {
    try {
      for (String file : FILES) {
        Files.copy(SOURCES.resolve(file), folder.resolve(file));
      }
      var limits = Files.createDirectories(folder.resolve("limits"));
      var web = FakeHttpServer.start(_ -> answer(limits.resolve("limits.json")));
      return new ExamplePlugin(folder.resolve("limits_file.py"), limits, web);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FakeHttpServer.Answer answer(Path file) {
    try {
      return Files.exists(file)
          ? FakeHttpServer.Answer.of(200, Files.readString(file))
          : FakeHttpServer.Answer.of(404, "");
    } catch (IOException e) {
      return FakeHttpServer.Answer.of(404, "");
    }
  }

  public List<String> arguments() {
    return List.of(
        "--member", "shop", "--folder", limits.toString(), "--url", web.url() + "/limits.json");
  }

  /** What it needs of this machine, as a user of its own where a test runs as root. */
  public PluginConfig.Rights rights() {
    return new PluginConfig.Rights(
        PluginConfig.Rights.USER,
        List.of(Path.of("/usr/bin/python3"), Path.of("/usr/lib/python3"), libraries()),
        List.of(limits),
        List.of(Path.of("/usr/bin/python3")),
        Set.of(web.port()));
  }

  /** Python's own modules. */
  private static Path libraries() {
    return Failable.get(() ->
        Path.of("/usr/lib", Path.of("/usr/bin/python3").toRealPath().getFileName().toString()));
  }

  public Path file() {
    return limits.resolve("limits.json");
  }

  /** The other files of the program, by their hashes. */
  public Map<Path, String> files() {
    var all = new TreeMap<Path, String>();
    FILES.stream().skip(1).map(program::resolveSibling).forEach(file -> all.put(file, hash(file)));
    return all;
  }

  public static String hash(Path file) {
    return Failable.get(() -> CanonicalJson.sha256(Files.readAllBytes(file)));
  }

  /** Replaces a text that one of its files has once. */
  public void patch(String text, String by) {
    try {
      for (String name : FILES) {
        var file = program.resolveSibling(name);
        String source = Files.readString(file, StandardCharsets.UTF_8);
        int at = source.indexOf(text);
        if (at >= 0) {
          Files.writeString(
              file, source.substring(0, at) + by + source.substring(at + text.length()));
          return;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalArgumentException("no file has: " + text);
  }

  @Override
  public void close() {
    web.close();
  }
}
