package dev.deployclaw.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.HealthCheck;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.docker.ContainerGateway.Reload;
import dev.deployclaw.testkit.BoundedWait;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a look at a real daemon says. */
class DockerInspectionExecutorTest extends ContainerEstateCases {
  private static final Duration LONG = Duration.ofSeconds(60);

  @Test
  void listsContainersWithNetworksLabelsAndImages() {
    var gateway = estate.mounted("listed", Reload.SIGNAL);
    var inspected = docker.client().inspectContainerCmd(gateway.name()).exec();

    var facts = facts();

    var container = named(facts, "containers", "names", List.of(gateway.name()));
    assertThat(container)
        .containsEntry("state", "running")
        .containsEntry("health", "none")
        .containsEntry("id", inspected.getId())
        .containsEntry("image_id", inspected.getImageId());
    assertThat(map(container, "labels")).containsEntry("role", "listed");
    assertThat(map(container, "networks")).containsKeys("edge", "back");
    var edge = named(facts, "networks", "name", "edge");
    assertThat(edge).containsEntry("driver", "bridge");
    assertThat(list(edge, "containers")).contains(gateway.name()).doesNotContain("behind");
    assertThat(list(edge, "subnets")).hasSize(1);
    assertThat(facts).containsEntry("host", docker.host());
    assertThat(facts.get("count")).isEqualTo(estate.names().size());
    assertThat(facts.get("summary"))
        .asString()
        .startsWith(estate.names().size() + " containers (")
        .contains("networks");
  }

  @Test
  void countsWhatIsStoppedOrUnhealthy() {
    String image = docker.client().inspectContainerCmd("behind").exec().getImageId();
    var failing = new HealthCheck().withTest(List.of("CMD", "/nothing-there"));
    failing.withInterval(TimeUnit.MILLISECONDS.toNanos(200)).withRetries(1);
    docker
        .client()
        .createContainerCmd(image)
        .withName("sick")
        .withLabels(docker.label())
        .withHealthcheck(failing)
        .withCmd("/usr/sbin/nginx", "-g", "daemon off;", "-c", "/behind.conf")
        .withHostConfig(estate.behindsFile())
        .exec();
    docker
        .client()
        .createContainerCmd(image)
        .withName("never-started")
        .withLabels(docker.label())
        .withCmd("/usr/sbin/nginx")
        .exec();
    docker.client().startContainerCmd("sick").exec();

    BoundedWait.until("it is unhealthy", LONG, () -> number(facts(), "unhealthy") == 1);

    var facts = facts();
    assertThat(named(facts, "containers", "names", List.of("sick")))
        .containsEntry("health", "unhealthy");
    assertThat(named(facts, "containers", "names", List.of("never-started")))
        .containsEntry("state", "created");
    assertThat(number(facts, "running")).isLessThan(number(facts, "count"));
  }

  @Test
  void isSkippedWhereNoneIsConfigured() {
    var outcome = inspect(Optional.empty());

    assertThat(((CallOutcome.Done) outcome).reports())
        .containsExactly(MemberReport.skipped("docker", "no docker.host is configured"));
  }

  static CallOutcome inspect(Optional<DockerSettings> settings) {
    var look = new ExecutorCall.Look("inspect", Map.of());
    return new DockerInspectionExecutor(settings)
        .execute(new Invocation("docker", look, FencingToken.NONE, Duration.ofMinutes(1)));
  }

  private static Map<String, Object> facts() {
    var outcome = inspect(Optional.of(Daemons.settings(docker.host())));
    assertThat(outcome).isInstanceOf(CallOutcome.Done.class);
    return ((CallOutcome.Done) outcome).reports().getFirst().facts();
  }

  private static Map<Object, Object> named(
      Map<String, Object> facts, String list, String key, Object wanted) {
    return list(facts, list).stream()
        .flatMap(e -> e instanceof Map<?, ?> map ? Stream.of(map) : Stream.empty())
        .filter(e -> wanted.equals(e.get(key)))
        .<Map<Object, Object>>map(Map::copyOf)
        .findFirst()
        .orElseThrow();
  }

  private static List<Object> list(Map<?, ?> facts, String key) {
    return facts.get(key) instanceof List<?> list ? List.copyOf(list) : List.of();
  }

  private static Map<Object, Object> map(Map<?, ?> facts, String key) {
    return facts.get(key) instanceof Map<?, ?> map ? Map.copyOf(map) : Map.of();
  }

  private static long number(Map<String, Object> facts, String key) {
    return facts.get(key) instanceof Number n ? n.longValue() : -1;
  }
}
