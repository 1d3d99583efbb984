package dev.deployclaw.container.skill;

import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.skills.plugin.Plugin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;

/** Compiles and packs the example plugin, as its author would: against the SPI alone. */
public final class PluginJars {
  /** Asks a status page over HTTP for what is going on. */
  public static final String STATUS_PAGE =
      """
      package example;

      import dev.deployclaw.skills.plugin.Effect;
      import dev.deployclaw.skills.plugin.Plugin;
      import dev.deployclaw.skills.plugin.Sight;
      import java.net.URI;
      import java.net.http.HttpClient;
      import java.net.http.HttpRequest;
      import java.net.http.HttpResponse.BodyHandlers;
      import java.time.Duration;
      import java.util.List;
      import java.util.Map;

      public final class StatusPage implements Plugin {
        @Override
        public String name() {
          return "statuspage";
        }

        @Override
        public Map<String, Effect> operations() {
          return Map.of("incidents", Effect.OBSERVE, "silence", Effect.STAGE);
        }

        @Override
        public List<Sight> look(String verb, Duration within) throws Exception {
          try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("URL")).timeout(within).build();
            var answer = client.send(request, BodyHandlers.ofString());
            return List.of(Sight.fine("checkout", Map.of("open_incidents", answer.body())));
          }
        }
      }
      """;

  private PluginJars() {}

  /** A jar of the class {@code example.StatusPage} with this source. */
  public static Path pack(Path folder, String source) {
    try {
      var work = Files.createTempDirectory(folder, "plugin");
      var file = Files.createDirectories(work.resolve("example")).resolve("StatusPage.java");
      Files.writeString(file, source);
      compile(file, work);
      var jar = folder.resolve("status-page.jar");
      try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
        add(out, "META-INF/services/" + Plugin.class.getName(), "example.StatusPage\n");
        out.putNextEntry(new JarEntry("example/StatusPage.class"));
        out.write(Files.readAllBytes(work.resolve("example/StatusPage.class")));
        out.closeEntry();
      }
      return jar;
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  public static String hash(Path jar) {
    try {
      return CanonicalJson.sha256(Files.readAllBytes(jar));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void compile(Path file, Path to) throws URISyntaxException {
    var spi = Path.of(Plugin.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    int exit =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, options(spi, to, file).toArray(String[]::new));
    if (exit != 0) {
      throw new IllegalStateException("the example plugin doesn't compile");
    }
  }

  private static List<String> options(Path spi, Path to, Path file) {
    return List.of("-proc:none", "-cp", spi.toString(), "-d", to.toString(), file.toString());
  }

  private static void add(JarOutputStream out, String name, String text) throws IOException {
    out.putNextEntry(new JarEntry(name));
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.closeEntry();
  }
}
