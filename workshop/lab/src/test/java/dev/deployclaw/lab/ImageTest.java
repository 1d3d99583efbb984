package dev.deployclaw.lab;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.lab.estate.LabConfigFile;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.docker.DockerdProcess;
import dev.deployclaw.testkit.docker.TestDockerDaemon;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.server.ServerReadiness;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The images, built by a Docker daemon of the test's own and run without a right on an estate whose
 * gateways are pods, in one story: agent and executor host are two containers, and either is killed
 * in the middle of a change. The tests follow one another.
 */
@Slow(
    guard = "dev.deployclaw.lab.ImageModulesTest",
    because = "it builds three images and runs them on an estate of pods")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ImageTest {
  static final String AGENT = "deployclaw/agent:test";
  private static final String HOST = "deployclaw/host:test";
  private static final String RATELIMIT = "deployclaw/ratelimit:test";
  private static final int PODS = 6;
  private static final int PROBES = 500;
  private static final Duration SOON = Duration.ofMinutes(2);

  @TempDir static Path folder;

  private static TestDockerDaemon docker;
  private static ImageContainers containers;
  private static LabFixture scene;
  private static ImagePod pod;

  /** The executor host's container, from the third test on. */
  private static String host = "";

  @BeforeAll
  static void build() throws Exception {
    var missing =
        Stream.of(DockerdProcess.missing(), StagedJars.missing())
            .flatMap(reason -> reason.stream())
            .findFirst();
    missing.ifPresent(reason -> System.out.println("ImageTest is skipped: " + reason));
    assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
    docker = TestDockerDaemon.start(folder.resolve("docker"));
    containers = new ImageContainers(docker);
    try (var meanwhile = Executors.newVirtualThreadPerTaskExecutor()) {
      var images = meanwhile.submit(() -> buildImages());
      scene = LabFixture.up(folder, new LabEstate.Size(PODS, true, false));
      images.get();
    }
    pod = new ImagePod(containers, scene, folder.resolve("pod"));
  }

  private static Void buildImages() throws IOException, InterruptedException {
    long start = System.nanoTime();
    var build = new ImageBuilder(docker);
    build.prepare();
    build.build("agent", AGENT);
    build.build("host", HOST);
    build.build("ratelimit", RATELIMIT);
    System.out.printf("images built in %d s%n", seconds(start));
    return null;
  }

  @AfterAll
  static void stop() {
    if (scene != null) {
      scene.close();
    }
    if (docker != null) {
      docker.close();
    }
  }

  @Test
  @Order(1)
  void theImagesHoldTheProductAndNothingOfItsTests() throws IOException {
    var images =
        Map.of(AGENT, StagedJars.AGENT, HOST, StagedJars.AGENT, RATELIMIT, StagedJars.RATELIMIT);
    long base = size(ImageBuilder.argument("BASE"));
    for (var image : images.entrySet()) {
      System.out.printf(
          "image %s: %d MB, %d of them BASE%n", image.getKey(), size(image.getKey()), base);
      var found = docker.client().inspectImageCmd(image.getKey()).exec();
      var config = requireNonNull(found.getConfig());
      int user = image.getKey().equals(HOST) ? ImagePod.HOST_USER : ImagePod.AGENT_USER;
      assertThat(config.getUser()).isEqualTo(user + ":" + user);
      assertThat(config.getHealthcheck()).isNotNull();
      // a word that the client's model of an image lacks
      assertThat(found.getRawValues().get("Config"))
          .asInstanceOf(InstanceOfAssertFactories.MAP)
          .containsEntry("StopSignal", "SIGTERM");
      var jars = new TreeSet<>(said(image.getKey(), "/usr/bin/ls", "/opt/deployclaw/app"));
      jars.addAll(said(image.getKey(), "/usr/bin/ls", "/opt/deployclaw/lib"));
      assertThat(jars).isEqualTo(image.getValue().names());
      assertThat(jars).noneMatch(jar -> jar.matches("(lab|testkit|bench|junit|s3proxy|assertj).*"));
    }
    assertThat(said(AGENT, "/usr/bin/ls", "/opt/deployclaw/app"))
        .noneMatch(jar -> jar.startsWith("ratelimit"));
  }

  @Test
  @Order(2)
  void theAgentBringsItsSkillsAndNeedsNoSecretForThem() throws Exception {
    var agent = pod.agent(AGENT, FreePortFinder.free(), Map.of()).withCmd("skills", "list");

    assertThat(containers.ended(agent.exec().getId()))
        .contains("system-architect", "orchestrate-rate-limits");
  }

  @Test
  @Order(3)
  void carriesTheReferenceRunOutByTwoContainersWithoutARight() throws Exception {
    int port = FreePortFinder.free();
    long start = System.nanoTime();
    host = containers.started(pod.host(HOST).exec().getId());
    String id = serving(port, Map.of());
    try (var api = new ServedApiClient("http://127.0.0.1:" + port)) {
      System.out.printf("ready after %d ms%n", (System.nanoTime() - start) / 1_000_000);
      assertWall(id);

      var accepted = api.submit(DemoCommand.REQUEST);

      assertThat(accepted.status()).as(accepted.body()).isEqualTo(202);
      var events = api.follow(accepted.text("execution_id"));
      assertThat(events).as(() -> logs(id)).contains("event: thought", "event: result");
      var document = api.get(accepted.location()).json();
      assertThat(document.path("result").asText()).as(() -> logs(id)).isEqualTo("COMPLETED");
      assertThat(document.at("/validation/requests").asInt()).isEqualTo(PROBES);
      assertThat(document.at("/validation/unexpected").asInt()).isZero();
      assertEveryPodActsOn(document);
      assertThat(api.get("/healthz").status()).isEqualTo(200);
      assertThat(api.get("/readyz").status()).isEqualTo(200);
      assertThat(api.get("/metrics").body()).containsPattern("(?m)^deployclaw_host_up 1(\\.0)?$");
      for (var half : Map.of(id, ImagePod.AGENT_USER, host, ImagePod.HOST_USER).entrySet()) {
        containers.assertHealthy(half.getKey());
        containers.assertConfined(half.getKey(), half.getValue());
        containers.assertNothingWritten(half.getKey());
      }
    }

    containers.stop(id);

    assertThat(scene.keys().text("leader")).isEmpty();
  }

  /** At a call before the commit, and at one behind it. */
  @ParameterizedTest(name = "{0} is killed {1}: {2}")
  @CsvSource({
    "host, after redis.stage#1, ABORTED, 240",
    "host, before redis.publish#1, COMPLETED, 250",
    "agent, after redis.stage#1, ABORTED, 260",
    "agent, before redis.publish#1, COMPLETED, 270",
  })
  @Order(4)
  void whicheverIsKilledInAChangeAllIsOldOrAllIsNew(
      String half, String at, String result, int limit) throws Exception {
    var before = estate();
    var stop = folder.resolve("stop-" + half + "-" + result);
    int port = FreePortFinder.free();
    var agent =
        serving(
            port,
            Map.of(
                "DEPLOYCLAW_STOP_DIR",
                stop.toString(),
                "DEPLOYCLAW_STOP_AT",
                at,
                "DEPLOYCLAW_PROBES_REQUESTS",
                "120"));
    try (var api = new ServedApiClient("http://127.0.0.1:" + port)) {
      var id =
          api.submit("set initech's checkout limit to " + limit + " per minute, burst 40")
              .text("execution_id");
      BoundedWait.until("it is there", SOON, () -> Files.exists(stop.resolve("reached")));
      String killed = half.equals("host") ? host : agent;

      containers.kill(killed);
      Files.createFile(stop.resolve("go"));
      if (killed.equals(host) && result.equals("ABORTED")) {
        // one that came back soon enough would be asked again
        BoundedWait.until("it gives up", SOON, () -> !api.result(id).equals("UNFINISHED"));
      }
      containers.started(killed);

      BoundedWait.until("it is ready again", SOON, () -> ready(port));
      api.awaitResult(id, result);
    }
    BoundedWait.until("nothing is open", SOON, () -> scene.keys().text("open").isEmpty());
    BoundedWait.until("all act alike", SOON, () -> alike());
    var after = estate();
    boolean old = result.equals("ABORTED");
    assertThat(after.equals(before)).as(after + " was " + before).isEqualTo(old);
    containers.stop(agent);
  }

  /** Whether every participant acts on one epoch and one digest. */
  private static boolean alike() {
    var observer = new EstateObserver(scene);
    var all = new TreeSet<>(observer.acts().values());
    all.addAll(observer.serves().values());
    return all.size() == 1;
  }

  /** All that acts on policies, and the file of each gateway's pod. */
  private static Map<String, String> estate() {
    var observer = new EstateObserver(scene);
    var all = new TreeMap<String, String>(observer.acts());
    all.putAll(observer.serves());
    PodGatewayProbe.all(scene.lab())
        .forEach(gateway -> all.put(gateway.name(), gateway.config().orElse("none")));
    return all;
  }

  @Test
  @Order(5)
  void theRateLimitServiceKnowsWhatIsCommitted() throws IOException {
    int port = FreePortFinder.free();
    String id =
        containers.started(
            containers
                .of(RATELIMIT)
                .withHostConfig(ImageContainers.confined().withNetworkMode("host"))
                .withEnv(
                    "DC_RATELIMIT_PORT=" + port,
                    "DC_RATELIMIT_ETCD=" + scene.config().etcd().endpoints().getFirst(),
                    "DC_RATELIMIT_PREFIX=" + LabConfigFile.ETCD_PREFIX,
                    "DC_RATELIMIT_REDIS=" + scene.redis().nodes().getFirst())
                .exec()
                .getId());

    BoundedWait.until("it is ready", SOON, () -> ready(port) || !containers.running(id));

    assertThat(containers.running(id)).as(() -> containers.log(id)).isTrue();
    var status = PlainHttpResponse.get(HostPort.loopback(port), "/v1/status", Map.of()).body();
    assertThat(status).contains(scene.active().path("digest").asText());
    containers.assertHealthy(id);
    containers.assertNothingWritten(id);
    containers.stop(id);
  }

  @Test
  @Order(6)
  void theHostEndsWhenItIsTold() {
    containers.stop(host);

    assertThat(containers.log(host)).contains("ready").doesNotContain(" ERROR ");
  }

  private static String serving(int port, Map<String, String> more) throws IOException {
    String id = containers.started(pod.agent(AGENT, port, more).exec().getId());
    BoundedWait.until("it is ready", SOON, () -> ready(port) || !containers.running(id));
    assertThat(containers.running(id)).as(() -> logs(id)).isTrue();
    return id;
  }

  /** What stands between the two, as the host tried it and as the agent finds it. */
  private static void assertWall(String agent) {
    var doctor = deployclaw(agent, "doctor");
    doctor.lines().filter(line -> line.contains("isolation")).forEach(System.out::println);
    assertThat(doctor)
        .contains("executors have a process of their own; enforced: ")
        .contains("lacks the layer library")
        .doesNotContain("share this process");
    var enforced = doctor.lines().filter(line -> line.contains("enforced: ")).findFirst();
    assertThat(enforced.orElseThrow())
        .contains("capabilities", "exec", "files", "no-new-privileges", "ptrace", "seccomp")
        .contains("signals", "tcp", "user");

    assertThat(containers.exec(agent, "/usr/bin/ls", "/run/secrets").lines())
        .containsExactlyInAnyOrder("probe.pub", "tokens.yaml");
    // Docker's health check may run beside them
    BoundedWait.until("the agent and ls are alone", SOON, () -> processes(agent) == 2);
    assertThat(containers.exec(agent, "/usr/bin/cat", "/proc/1/environ"))
        .contains("DEPLOYCLAW_SERVE_LISTEN")
        .doesNotContain("S3_SECRET", "KUBECONFIG");
    BoundedWait.until("the agent is alone", SOON, () -> rows(agent) == 1);
    // beyond the walls of containers the users alone hold
    for (var file : List.of("environ", "maps", "root/run/secrets/s3.secret")) {
      String seen = "/proc/" + containers.process(host) + "/" + file;
      assertThat(asAgent("cat", seen)).as(seen).isNotZero();
    }
  }

  private static long processes(String container) {
    return containers
        .exec(container, "/usr/bin/ls", "/proc")
        .lines()
        .filter(name -> name.matches("\\d+"))
        .count();
  }

  private static int rows(String container) {
    return docker.client().topContainerCmd(container).exec().getProcesses().length;
  }

  private static int asAgent(String... words) {
    var user = Integer.toString(ImagePod.AGENT_USER);
    var all =
        Stream.concat(
            Stream.of("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups"),
            Stream.of(words));
    return CommandRunner.of(all.toList()).run().exit();
  }

  /** A command of the guide's, in the container where the agent serves. */
  private static String deployclaw(String id, String... words) {
    var java =
        Stream.of(
            "/opt/jre/bin/java",
            "-XX:+UseSerialGC",
            "-XX:AOTCache=/opt/deployclaw/java.aot",
            "@/opt/deployclaw/classpath",
            "dev.deployclaw.container.Main");
    return containers.exec(id, Stream.concat(java, Stream.of(words)).toArray(String[]::new));
  }

  private static void assertEveryPodActsOn(JsonNode document) {
    long epoch = document.path("epoch").asLong();
    assertThat(scene.active().path("epoch").asLong()).isEqualTo(epoch);
    assertThat(PodGatewayProbe.all(scene.lab()))
        .hasSize(PODS)
        .allSatisfy(gateway -> assertThat(gateway.config()).isPresent());
  }

  /** Mebibytes. */
  private static long size(String image) {
    return requireNonNull(docker.client().inspectImageCmd(image).exec().getSize()) >> 20;
  }

  private static boolean ready(int port) {
    return ServerReadiness.answers(URI.create("http://127.0.0.1:" + port + "/readyz").toString());
  }

  private static List<String> said(String image, String... command) {
    return containers.said(image, command);
  }

  private static String logs(String agent) {
    return containers.log(agent) + "\nhost:\n" + containers.log(host);
  }

  private static long seconds(long start) {
    return Duration.ofNanos(System.nanoTime() - start).toSeconds();
  }
}
