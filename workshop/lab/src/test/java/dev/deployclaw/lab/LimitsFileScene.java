package dev.deployclaw.lab;

import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FakeHttpServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.commons.lang3.function.Failable;

/**
 * A lab whose configuration admits the example in Python as a participant, and the web server of
 * its file.
 *
 * @param config beside the lab's own
 * @param limits the folder of limits.json
 */
record LimitsFileScene(Path config, Path limits, FakeHttpServer web, AtomicInteger killed)
    implements AutoCloseable {
  private static final Path SOURCES = Path.of("..", "..", "skills", "examples", "limits-file");
  private static final Duration SOON = Duration.ofMinutes(1);

  static LimitsFileScene beside(Path lab, Path folder) throws IOException {
    var limits = Files.createDirectory(folder.resolve("limits"));
    var web = FakeHttpServer.start(_ -> answer(limits.resolve("limits.json")));
    var config = lab.resolveSibling("with-plugin.yaml");
    var sources = SOURCES.toAbsolutePath().normalize();
    Files.writeString(
        config,
        Files.readString(lab)
            + """
            plugins:
              - name: limits-file
                program: %1$s/limits_file.py
                sha256: %2$s
                files:
                  %1$s/executor_host.py: %3$s
                  %1$s/executor_host_pb2.py: %4$s
                arguments: [--member, shop, --folder, %5$s, --url, "%6$s/limits.json"]
                operations:
                  served: observe
                  observe: observe
                  stage: stage
                  prepare: stage
                  publish: activate
                  converge: observe
                  discard: destroy
                members: [shop]
                rights: {read: [/usr/lib], write: [%5$s], execute: [/usr/bin/python3], connect: [%7$d]}
            """
                .formatted(
                    sources,
                    hash(sources.resolve("limits_file.py")),
                    hash(sources.resolve("executor_host.py")),
                    hash(sources.resolve("executor_host_pb2.py")),
                    limits,
                    web.url(),
                    web.port()));
    return new LimitsFileScene(config, limits, web, new AtomicInteger());
  }

  Map<String, String> environment() {
    return Map.of("DEPLOYCLAW_CONFIG", config.toString());
  }

  Path file() {
    return limits.resolve("limits.json");
  }

  /** What the web server answers. */
  String served() {
    return answer(file()).body();
  }

  int kills() {
    return killed.get();
  }

  /** Holds the plugin up in its next write, and kills it there as a crash does. */
  void killsInTheNextCall() {
    var lock = limits.resolve("lock");
    var holder = start("flock", "--no-fork", lock.toString(), "sleep", "300");
    BoundedWait.until("the lock is held", SOON, () -> !free(lock));
    Thread.ofVirtual()
        .name("kill-plugin")
        .start(() -> {
          try {
            BoundedWait.until("the plugin waits", SOON, () -> waiting(lock));
            plugins().forEach(ProcessHandle::destroyForcibly);
            killed.incrementAndGet();
          } finally {
            holder.destroyForcibly();
          }
        });
  }

  private boolean waiting(Path lock) {
    return plugins().stream().anyMatch(plugin -> opened(plugin.pid(), lock));
  }

  private static boolean opened(long pid, Path file) {
    try (var all = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
      for (Path one : all) {
        if (Files.isSymbolicLink(one) && Files.readSymbolicLink(one).equals(file)) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return false;
    }
  }

  private List<ProcessHandle> plugins() {
    return ProcessHandle.current()
        .descendants()
        .filter(p -> p.info().commandLine().orElse("").contains("limits_file.py"))
        .toList();
  }

  private static boolean free(Path lock) {
    try {
      return start("flock", "--nonblock", lock.toString(), "true").waitFor() == 0;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Process start(String... words) {
    return Failable.get(() -> new ProcessBuilder(words).inheritIO().start());
  }

  private static String hash(Path file) throws IOException {
    return CanonicalJson.sha256(Files.readAllBytes(file));
  }

  private static FakeHttpServer.Answer answer(Path file) {
    try {
      return FakeHttpServer.Answer.of(200, Files.readString(file));
    } catch (IOException e) {
      return FakeHttpServer.Answer.of(404);
    }
  }

  @Override
  public void close() {
    web.close();
    Failable.run(() -> Files.deleteIfExists(config));
  }
}
