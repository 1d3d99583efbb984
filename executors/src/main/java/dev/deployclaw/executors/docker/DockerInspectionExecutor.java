package dev.deployclaw.executors.docker;

import com.github.dockerjava.api.DockerClient;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Looks at a Docker daemon: its containers, networks and images. It changes nothing; that is what
 * {@link ContainerGatewayExecutor} is for.
 *
 * @param settings empty where no daemon is configured
 */
public record DockerInspectionExecutor(Optional<DockerSettings> settings)
    implements BackendExecutor {
  private static final String MEMBER = "docker";
  private static final String INSPECT = "inspect";
  private static final int CONNECTIONS = 2;

  @Override
  public String name() {
    return MEMBER;
  }

  @Override
  public Set<String> verbs() {
    return Set.of(INSPECT);
  }

  @Override
  public CallOutcome execute(Invocation invocation) {
    if (!invocation.call().verb().equals(INSPECT)
        || !(invocation.call() instanceof ExecutorCall.Look)) {
      return CallOutcome.unknownVerb("docker has", invocation);
    }
    return settings
        .map(DockerInspectionExecutor::inspect)
        .orElseGet(() ->
            CallOutcome.done(
                List.of(MemberReport.skipped(MEMBER, "no docker.host is configured"))));
  }

  private static CallOutcome inspect(DockerSettings daemon) {
    try (DockerClient client = DockerConnector.open(daemon, CONNECTIONS)) {
      var facts = DockerInventory.facts(client);
      facts.put("host", daemon.host().toString());
      return CallOutcome.done(List.of(MemberReport.yes(MEMBER, "", facts)));
    } catch (RuntimeException e) {
      return CallOutcome.failed(DockerFaultMapper.of(e, daemon.host()));
    } catch (IOException e) {
      throw new UncheckedIOException("closing the client", e);
    }
  }
}
