package dev.deployclaw.executors.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks at a Docker daemon: does it answer, and which containers does it run. */
public final class DockerExecutor implements Executor {
  private static final String MEMBER = "docker";
  private static final String INSPECT = "inspect";
  private static final int MOST_CONTAINERS = 500;

  private final Optional<String> host;
  private final Duration timeout;

  /**
   * @param host for example {@code unix:///var/run/docker.sock}; empty where none is configured
   * @param timeout for connecting, and for each answer
   */
  public DockerExecutor(Optional<String> host, Duration timeout) {
    this.host = host;
    this.timeout = timeout;
  }

  @Override
  public String name() {
    return MEMBER;
  }

  @Override
  public Set<String> verbs() {
    return Set.of(INSPECT);
  }

  @Override
  public Outcome execute(Invocation invocation) {
    if (!invocation.call().verb().equals(INSPECT) || !(invocation.call() instanceof Call.Look)) {
      return Outcome.failed(new Fault.Invalid("docker knows no " + invocation.call().verb()));
    }
    var report =
        host.map(this::inspect)
            .orElseGet(() -> Report.skipped(MEMBER, "no dockerHost is configured"));
    return Outcome.done(List.of(report));
  }

  private Report inspect(String daemon) {
    try (var client = client(daemon)) {
      client.pingCmd().exec();
      var containers = client.listContainersCmd().withLimit(MOST_CONTAINERS).exec();
      Map<String, Object> facts =
          Map.of(
              "host", daemon,
              "count", containers.size(),
              "containers", containers.stream().map(DockerExecutor::facts).toList());
      return Report.yes(MEMBER, "", facts);
    } catch (IOException | DockerException | IllegalArgumentException e) {
      return Report.no(MEMBER, daemon + " does not answer: " + e.getMessage());
    } catch (RuntimeException e) {
      if (e.getCause() instanceof IOException io) {
        return Report.no(MEMBER, daemon + " does not answer: " + io.getMessage());
      }
      throw e;
    }
  }

  private DockerClient client(String daemon) {
    DockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder().withDockerHost(daemon).build();
    var http =
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(config.getDockerHost())
            .sslConfig(config.getSSLConfig())
            .maxConnections(2)
            .connectionTimeout(timeout)
            .responseTimeout(timeout)
            .build();
    return DockerClientImpl.getInstance(config, http);
  }

  private static Map<String, Object> facts(Container container) {
    return Map.of(
        "id", said(container.getId()),
        "names", container.getNames() == null ? List.of() : Arrays.asList(container.getNames()),
        "image", said(container.getImage()),
        "state", said(container.getState()));
  }

  private static String said(@Nullable String text) {
    return text == null ? "" : text;
  }
}
