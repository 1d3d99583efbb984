package dev.deployclaw.lab;

import com.github.dockerjava.api.DockerClient;
import dev.deployclaw.container.config.DockerConfig;
import dev.deployclaw.container.config.DockerConfig.ContainerEntry;
import dev.deployclaw.lab.docker.LabContainers;
import dev.deployclaw.lab.estate.ReferenceScenario;
import dev.deployclaw.policy.gateway.AccessLogLine;
import dev.deployclaw.testkit.docker.TestDockerDaemon;
import dev.deployclaw.testkit.network.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.commons.lang3.function.Failable;

/** A gateway in a container as its operator sees it: its files, its log, its start, its port. */
record ContainerGatewayProbe(ContainerEntry entry, String daemon, Path lab) {
  static List<ContainerGatewayProbe> all(LabFixture scene) {
    DockerConfig docker = scene.config().docker().orElseThrow();
    return docker.gateways().stream()
        .map(e -> new ContainerGatewayProbe(e, docker.host(), scene.lab().folder()))
        .toList();
  }

  String name() {
    return entry.gateway().name();
  }

  /** As the agent names it. */
  String member() {
    return "gateway/" + entry.gateway().namespace() + "/" + name();
  }

  /** What a tenant's client gets at the published port. */
  PlainHttpResponse ask(String tenant, String path) {
    var url = URI.create(entry.url());
    return PlainHttpResponse.get(
        new HostPort(url.getHost(), url.getPort()),
        path,
        Map.of("Host", tenant + "." + ReferenceScenario.HOST_SUFFIX));
  }

  boolean enforces() {
    return ask("acme", "/checkout/1").header("RateLimit").isPresent();
  }

  /** What the link {@code live} says. */
  String target() {
    return Failable.get(() -> Files.readSymbolicLink(files().resolve("live")).toString());
  }

  String liveFile() {
    return text(files().resolve("live/nginx.conf"));
  }

  /** Where this machine has them. */
  Path files() {
    return LabContainers.in(lab).standing().stream()
        .filter(box -> box.name().equals(name()))
        .flatMap(box -> box.files().stream())
        .findFirst()
        .orElseThrow();
  }

  String startedAt() {
    return inDaemon(client ->
        String.valueOf(client.inspectContainerCmd(name()).exec().getState().getStartedAt()));
  }

  /** The synthetic requests of an execution that the rate limit service verified. */
  List<AccessLogLine> probes(String execution) {
    return text(lab.resolve("docker/gateways").resolve(name()).resolve("run/access.log"))
        .lines()
        .flatMap(line -> AccessLogLine.parse(line).stream())
        .filter(line -> line.probe() && line.execution().equals(execution))
        .toList();
  }

  /** Asks the daemon, or has it do something, without the agent. */
  <T> T inDaemon(Function<DockerClient, T> question) {
    try (var client = TestDockerDaemon.connect(daemon)) {
      return question.apply(client);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    return Failable.get(() -> Files.readString(file));
  }
}
