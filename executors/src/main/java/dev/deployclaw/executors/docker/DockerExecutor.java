package dev.deployclaw.executors.docker;

import com.github.dockerjava.api.DockerClient;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Looks at a Docker daemon: its containers, networks and images. It changes nothing; that is what
 * {@link ContainerGatewayExecutor} is for.
 */
public final class DockerExecutor implements Executor {
  private static final String MEMBER = "docker";
  private static final String INSPECT = "inspect";
  private static final int CONNECTIONS = 2;

  private final Optional<DockerSettings> settings;

  /**
   * @param settings empty where no daemon is configured
   */
  public DockerExecutor(Optional<DockerSettings> settings) {
    this.settings = settings;
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
    return settings
        .map(DockerExecutor::inspect)
        .orElseGet(
            () -> Outcome.done(List.of(Report.skipped(MEMBER, "no docker.host is configured"))));
  }

  private static Outcome inspect(DockerSettings daemon) {
    try (DockerClient client = DockerLink.open(daemon, CONNECTIONS)) {
      var facts = Topology.facts(client);
      facts.put("host", daemon.host().toString());
      return Outcome.done(List.of(Report.yes(MEMBER, "", facts)));
    } catch (RuntimeException e) {
      return Outcome.failed(DockerFaults.of(e, daemon.host()));
    } catch (IOException e) {
      throw new UncheckedIOException("closing the client", e);
    }
  }
}
