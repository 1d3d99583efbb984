package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.model.Container;
import dev.deployclaw.lab.LabAgent.Ran;
import dev.deployclaw.lab.docker.LabContainers;
import dev.deployclaw.lab.estate.DockerEnvironment;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.lab.estate.LabNginxGateway;
import dev.deployclaw.lab.estate.ReferenceScenario;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.server.ServerReadiness;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Changes of gateways that are pods and of gateways in containers beside them, in one story: what
 * the agent says is compared with what the containers say through their published ports, and with
 * what their daemon says. The tests follow one another; the last stops the lab.
 */
@Slow(
    guard = "dev.deployclaw.executors.docker.ContainerGatewayExecutorTest",
    because = "it starts nine gateways, with a daemon for those in containers")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ContainerRunTest extends RecoveryCases {
  private static final int PODS = 3;
  private static final int PROBES = 500;

  private static List<ContainerGatewayProbe> gateways;

  @BeforeAll
  static void setUp() throws Exception {
    var missing = DockerEnvironment.missing();
    assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
    scene =
        LabFixture.up(
            folder, new LabEstate.Size(PODS + ReferenceScenario.NAMESPACES.size(), true, true));
    gateways = ContainerGatewayProbe.all(scene);
  }

  @Test
  @Order(1)
  void appliesThePoliciesToContainersAsToPods() {
    var names = names();
    var started = each(ContainerGatewayProbe::startedAt);

    var ran = scene.agent().run("run", DemoCommand.REQUEST, "--json");

    assertCompleted(ran);
    var log = ran.json();
    String execution = log.path("execution_id").asText();
    assertThat(log.at("/validation/requests").asInt()).isEqualTo(PROBES);
    assertThat(log.at("/validation/unexpected").asInt()).isZero();
    assertThat(gateways).allSatisfy(g -> assertThat(g.probes(execution)).isNotEmpty());
    assertThat(logged(execution)).isEqualTo(PROBES);
    assertActsOn(log.path("epoch").asLong());
    assertThat(names()).isEqualTo(names);
    assertThat(gateways)
        .allSatisfy(g ->
            assertThat(g.startedAt().equals(started.get(g.name())))
                .as(g.name() + " goes on")
                .isEqualTo(!g.entry().restart()));
    assertThat(log.at("/thought_log/0/detail").asText()).contains(counted());
  }

  @Test
  @Order(2)
  void putsBackWhatWasThereBeforeTheFirstChange() {
    var back = scene.run("rollback", "last");

    assertCompleted(back);
    assertThat(gateways)
        .allSatisfy(g -> {
          assertThat(g.liveFile()).contains("written by hand");
          assertThat(g.ask("wonka", "/orders/1").status()).isEqualTo(200);
          assertThat(g.enforces()).isFalse();
        });
    assertCompleted(scene.run("run", DemoCommand.REQUEST));
  }

  @Test
  @Order(3)
  void changesALimitWithoutTouchingAContainer() {
    var started = each(ContainerGatewayProbe::startedAt);

    var ran = scene.run("run", "set initech's checkout limit to 60 per minute, burst 10");

    assertCompleted(ran);
    assertActsOn(ran.json().path("epoch").asLong());
    assertThat(each(ContainerGatewayProbe::startedAt)).isEqualTo(started);
    assertThat(gateways)
        .allSatisfy(g ->
            assertThat(g.ask("initech", "/checkout/1").header("RateLimit-Policy").orElse(""))
                .contains("q=60", "w=60"));
  }

  @Test
  @Order(4)
  void namesWhatSomebodyDidToContainersAndPutsItBack() throws Exception {
    var active = scene.active();
    String container = gateways.get(1).startedAt();

    changeFile(gateways.get(0));
    replace(gateways.get(1));
    moveLink(gateways.get(2));
    var drift = scene.run("drift");
    var repaired = scene.run("drift", "--repair");
    var after = scene.run("drift");

    assertThat(drift.exit()).as(drift.out()).isEqualTo(8);
    var named = new TreeSet<String>();
    drift.json().path("drift").forEach(d -> named.add(d.path("member").asText()));
    assertThat(named)
        .containsExactlyInAnyOrderElementsOf(each(ContainerGatewayProbe::member).values());
    assertThat(repaired.exit()).as(repaired.out() + repaired.err()).isZero();
    assertThat(repaired.json().path("result").asText()).isEqualTo("COMPLETED");
    assertThat(after.exit()).as(after.out() + after.err()).isZero();
    assertThat(scene.active()).as("no new epoch").isEqualTo(active);
    assertThat(gateways.get(1).startedAt()).as("another container").isNotEqualTo(container);
    assertActsOn(active.path("epoch").asLong());
  }

  @Override
  Unguarded unguarded() {
    return new Unguarded(gateways.get(1).name(), gateways.get(1).member());
  }

  @Override
  boolean enforces() {
    return gateways.get(1).enforces();
  }

  @Test
  @Order(18)
  void leavesNothingBehind() throws Exception {
    Path lab = scene.lab().folder();
    var addresses = new TreeSet<String>();
    gateways.forEach(g -> addresses.addAll(g.entry().front().askers()));

    scene.close();

    assertThat(lab).doesNotExist();
    assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(lab.toString());
    assertThat(ProcessHandle.allProcesses())
        .noneMatch(p -> p.info().commandLine().orElse("").contains(lab + "/"));
    assertThat(addresses)
        .hasSize(ReferenceScenario.NAMESPACES.size() + ReferenceScenario.SERVICES.size())
        .noneMatch(ContainerRunTest::isHere);
  }

  private static boolean isHere(String address) {
    try {
      return NetworkInterface.getByInetAddress(InetAddress.ofLiteral(address)) != null;
    } catch (SocketException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A comment more, which the running NGINX doesn't know of. */
  private static void changeFile(ContainerGatewayProbe gateway) throws IOException {
    Path file = gateway.files().resolve("live/nginx.conf");
    Files.writeString(file, Files.readString(file) + "# changed by hand\n");
  }

  private static void moveLink(ContainerGatewayProbe gateway) throws IOException {
    Path live = gateway.files().resolve("live");
    Files.delete(live);
    Files.createSymbolicLink(live, Path.of("epochs/0"));
  }

  /** Another container of its name, with a volume as somebody filled it by hand. */
  private static void replace(ContainerGatewayProbe gateway) throws IOException {
    String byHand = Files.readString(gateway.files().resolve("epochs/0/nginx.conf"));
    gateway.inDaemon(client -> {
      var old = client.inspectContainerCmd(gateway.name()).exec();
      client.removeContainerCmd(gateway.name()).withForce(true).exec();
      client.removeVolumeCmd(gateway.name()).exec();
      client.createVolumeCmd().withName(gateway.name()).exec();
      var config = old.getConfig();
      var made =
          client
              .createContainerCmd(Objects.requireNonNull(config.getImage()))
              .withName(gateway.name())
              .withLabels(config.getLabels())
              .withExposedPorts(config.getExposedPorts())
              .withCmd(config.getCmd())
              .withHostConfig(old.getHostConfig())
              .exec();
      old.getNetworkSettings().getNetworks().keySet().stream()
          .filter(n -> !n.equals(old.getHostConfig().getNetworkMode()))
          .forEach(n ->
              client.connectToNetworkCmd().withContainerId(made.getId()).withNetworkId(n).exec());
      return made.getId();
    });
    LabNginxGateway.lay(gateway.files(), byHand);
    gateway.inDaemon(client -> client.startContainerCmd(gateway.name()).exec());
    BoundedWait.until("it answers", SOON, () -> answers(gateway));
  }

  private static boolean answers(ContainerGatewayProbe gateway) {
    return ServerReadiness.answers(gateway.entry().url() + "/orders/1");
  }

  private static void assertCompleted(Ran ran) {
    assertThat(ran.exit()).as(ran.err()).isZero();
    assertThat(ran.json().path("result").asText()).isEqualTo("COMPLETED");
  }

  /** Each container links its file and enforces. */
  @Override
  void assertActsOn(long epoch) {
    assertThat(scene.active().path("epoch").asLong()).isEqualTo(epoch);
    assertThat(new EstateObserver(scene).acts())
        .allSatisfy((_, acts) -> assertThat(acts).startsWith(epoch + " "));
    assertThat(gateways)
        .hasSize(ReferenceScenario.NAMESPACES.size())
        .allSatisfy(g -> {
          assertThat(g.target()).isEqualTo("epochs/" + epoch);
          assertThat(g.enforces()).isTrue();
        });
  }

  private static int logged(String execution) {
    return Stream.concat(
            gateways.stream().map(g -> g.probes(execution)),
            PodGatewayProbe.all(scene.lab()).stream().map(p -> p.probes(execution)))
        .mapToInt(List::size)
        .sum();
  }

  /** What the daemon lists, in the log's words. */
  private static String counted() {
    return gateways
        .getFirst()
        .inDaemon(client -> {
          var all = client.listContainersCmd().withShowAll(true).exec();
          assertThat(all)
              .hasSize(ReferenceScenario.NAMESPACES.size() + ReferenceScenario.SERVICES.size());
          return "docker has %d containers (%d running, 0 unhealthy) in %d networks"
              .formatted(all.size(), all.size(), networks(all));
        });
  }

  private static long networks(List<Container> containers) {
    return containers.stream()
        .flatMap(
            c -> Objects.requireNonNull(c.getNetworkSettings()).getNetworks().keySet().stream())
        .distinct()
        .count();
  }

  private static List<String> names() {
    return LabContainers.in(scene.lab().folder()).standing().stream()
        .map(LabContainers.ContainerSnapshot::name)
        .toList();
  }

  private static SortedMap<String, String> each(Function<ContainerGatewayProbe, String> what) {
    return gateways.stream()
        .collect(Collectors.toMap(ContainerGatewayProbe::name, what, (a, _) -> a, TreeMap::new));
  }
}
