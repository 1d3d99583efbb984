package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.AgentConfig.GatewayEntry;
import dev.deployclaw.lab.estate.ReferenceScenario;
import dev.deployclaw.policy.gateway.AccessLogLine;
import dev.deployclaw.testkit.network.HostPort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.commons.lang3.function.Failable;

/** A gateway as its operator sees it: its files, its log, its processes, its port. */
record FolderGatewayProbe(GatewayEntry entry) {
  private static final int MOST_ASKED = 200;

  String name() {
    return entry.gateway().name();
  }

  /** As the agent names it. */
  String member() {
    return "gateway/" + entry.gateway().namespace() + "/" + name();
  }

  HostPort address() {
    return HostPort.parse(entry.front().listen());
  }

  /** What a tenant's client gets. */
  PlainHttpResponse ask(String tenant, String path) {
    return ask(tenant, path, Map.of());
  }

  PlainHttpResponse ask(String tenant, String path, Map<String, String> headers) {
    var all = new TreeMap<>(headers);
    all.put("Host", tenant + "." + ReferenceScenario.HOST_SUFFIX);
    return PlainHttpResponse.get(address(), path, all);
  }

  /** The first answer that isn't 200: it says that there were too many. */
  PlainHttpResponse askUntilRefused(String tenant, String path, Map<String, String> headers) {
    for (int i = 0; i < MOST_ASKED; i++) {
      var answer = ask(tenant, path, headers);
      if (answer.status() != 200) {
        assertThat(answer.status()).isEqualTo(429);
        return answer;
      }
    }
    throw new AssertionError(tenant + " was never refused at " + name());
  }

  /** What the link {@code live} says. */
  String target() {
    return Failable.get(() -> Files.readSymbolicLink(entry.folder().resolve("live")).toString());
  }

  String liveFile() {
    return text(entry.folder().resolve("live/nginx.conf"));
  }

  String file(long epoch) {
    return text(entry.folder().resolve("epochs").resolve(epoch + "/nginx.conf"));
  }

  /** The synthetic requests of an execution that the rate limit service verified. */
  List<AccessLogLine> probes(String execution) {
    return text(entry.front().accessLog())
        .lines()
        .flatMap(line -> AccessLogLine.parse(line).stream())
        .filter(line -> line.probe() && line.execution().equals(execution))
        .toList();
  }

  /** Its workers, each with its start, so that no number can be mistaken for another's. */
  SortedSet<String> workers() {
    long master = Long.parseLong(text(entry.front().pidFile()).strip());
    var out = new TreeSet<String>();
    ProcessHandle.of(master).stream()
        .flatMap(ProcessHandle::children)
        .forEach(p -> out.add(p.pid() + " since " + p.info().startInstant().orElse(Instant.EPOCH)));
    return out;
  }

  private static String text(Path file) {
    return Failable.get(() -> Files.readString(file));
  }
}
