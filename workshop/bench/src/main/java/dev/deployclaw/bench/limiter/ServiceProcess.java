package dev.deployclaw.bench.limiter;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.bench.measure.ResidentMemory;
import dev.deployclaw.lab.estate.RateLimitServiceProcesses;
import dev.deployclaw.lab.estate.RateLimitServiceProcesses.Stores;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.JavaProgram;
import dev.deployclaw.testkit.process.LaunchSpec;
import dev.deployclaw.testkit.server.ServerReadiness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The rate limit service in a process of its own. */
public record ServiceProcess(HostPort address, DaemonProcess daemon) implements AutoCloseable {
  private static final String NAMESPACE = "edge-1";

  private static final String MAIN = "dev.deployclaw.ratelimit.RateLimitMain";
  private static final Duration READY = Duration.ofMinutes(2);
  private static final int KIBIBYTE = 1_024;
  private static final Path DOCKERFILE =
      Path.of(System.getProperty("deployclaw.home", "../.."), "container", "Dockerfile");

  /** Of a generation, as the serial collector tells it. */
  private static final Pattern USED = Pattern.compile("total \\d+K, used (\\d+)K");

  /** Returns once it is ready. */
  public static ServiceProcess start(Path folder, List<String> options, Stores stores) {
    var address = HostPort.loopback(FreePortFinder.free());
    var command =
        new JavaProgram(MAIN, options, Optional.empty())
            .command(RateLimitServiceProcesses.arguments(NAMESPACE, address, stores));
    var daemon = DaemonProcess.start(new LaunchSpec(folder, NAMESPACE, command));
    daemon.awaitReady(READY, () -> ServerReadiness.answers("http://" + address + "/readyz"));
    return new ServiceProcess(address, daemon);
  }

  /** The options of the JVM in the service's image, but for its cache of classes. */
  public static List<String> imageOptions() throws IOException {
    String entry =
        Files.readAllLines(DOCKERFILE).stream()
            .filter(line -> line.startsWith("ENTRYPOINT") && line.contains(MAIN))
            .findFirst()
            .orElseThrow(() -> new IOException("no entry of " + MAIN + " in " + DOCKERFILE));
    var words =
        new ObjectMapper()
            .readValue(entry.substring(entry.indexOf('[')), new TypeReference<List<String>>() {});
    return words.stream()
        .filter(word -> word.startsWith("-") && !word.startsWith("-XX:AOTCache="))
        .toList();
  }

  public long residentBytes() throws IOException {
    var process = ProcessHandle.of(daemon.pid()).orElseThrow();
    return ResidentMemory.kibibytes(process) * KIBIBYTE;
  }

  /** What is left of its heap after a collection, which this has it make. */
  public long heapBytes() {
    var _ = tell("GC.run");
    return USED.matcher(tell("GC.heap_info"))
        .results()
        .mapToLong(used -> Long.parseLong(used.group(1)) * KIBIBYTE)
        .sum();
  }

  public long descriptors() throws IOException {
    try (var open = Files.list(Path.of("/proc", Long.toString(daemon.pid()), "fd"))) {
      return open.count();
    }
  }

  @Override
  public void close() {
    daemon.close();
  }

  private String tell(String command) {
    var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    return CommandRunner.of(jcmd, Long.toString(daemon.pid()), command).must();
  }
}
