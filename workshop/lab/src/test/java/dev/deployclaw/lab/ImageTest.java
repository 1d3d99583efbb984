package dev.deployclaw.lab;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import dev.deployclaw.lab.estate.LabConfigFile;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.docker.DockerdProcess;
import dev.deployclaw.testkit.docker.TestDockerDaemon;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.server.ServerReadiness;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The images, built by a Docker daemon of the test's own and run without a right on an estate whose
 * gateways are pods, in one story. The tests follow one another.
 */
@Slow(
    guard = "dev.deployclaw.lab.ImageModulesTest",
    because = "it builds two images and runs them on an estate of pods")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ImageTest {
  private static final String AGENT = "deployclaw/agent:test";
  private static final String RATELIMIT = "deployclaw/ratelimit:test";
  private static final int USER = 10_001;
  private static final int PODS = 6;
  private static final int PROBES = 500;
  private static final long MEMORY = 512L << 20;
  private static final Duration SOON = Duration.ofMinutes(2);

  @TempDir static Path folder;

  private static TestDockerDaemon docker;
  private static LabFixture scene;

  @BeforeAll
  static void build() throws Exception {
    var missing =
        Stream.of(DockerdProcess.missing(), StagedJars.missing())
            .flatMap(reason -> reason.stream())
            .findFirst();
    missing.ifPresent(reason -> System.out.println("ImageTest is skipped: " + reason));
    assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
    docker = TestDockerDaemon.start(folder.resolve("docker"));
    try (var meanwhile = Executors.newVirtualThreadPerTaskExecutor()) {
      var images = meanwhile.submit(() -> buildImages());
      scene = LabFixture.up(folder, new LabEstate.Size(PODS, true, false));
      images.get();
    }
  }

  private static Void buildImages() throws IOException, InterruptedException {
    long start = System.nanoTime();
    var build = new ImageBuilder(docker);
    build.prepare();
    build.build("agent", AGENT);
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
  void theImagesHoldTheProductAndNothingOfItsTests() {
    for (var image : Map.of(AGENT, StagedJars.AGENT, RATELIMIT, StagedJars.RATELIMIT).entrySet()) {
      var found = docker.client().inspectImageCmd(image.getKey()).exec();
      System.out.printf("image %s: %d MB%n", image.getKey(), requireNonNull(found.getSize()) >> 20);
      var config = requireNonNull(found.getConfig());
      assertThat(config.getUser()).isEqualTo(USER + ":" + USER);
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
  void theAgentBringsItsSkillsAndKnowsHowLittleItMay() throws Exception {
    var skills = ended(agent(FreePortFinder.free()).withCmd("skills", "list").exec().getId());
    var doctor = ended(agent(FreePortFinder.free()).withCmd("doctor").exec().getId());

    assertThat(skills).contains("system-architect", "orchestrate-rate-limits");
    assertThat(doctor)
        .contains("user 10001, no capabilities, can gain none, read-only root")
        .contains("share one process");
  }

  @Test
  @Order(3)
  void carriesTheReferenceRunOutWithoutARight() throws Exception {
    int port = FreePortFinder.free();
    long start = System.nanoTime();
    String id = started(agent(port).exec().getId());
    try (var api = new ServedApiClient("http://127.0.0.1:" + port)) {
      BoundedWait.until("it is ready", SOON, () -> ready(port) || !running(id));
      assertThat(running(id)).as(() -> log(id)).isTrue();
      System.out.printf("ready after %d ms%n", (System.nanoTime() - start) / 1_000_000);

      var accepted = api.submit(DemoCommand.REQUEST);

      assertThat(accepted.status()).as(accepted.body()).isEqualTo(202);
      var events = api.follow(accepted.text("execution_id"));
      assertThat(events).as(() -> log(id)).contains("event: thought", "event: result");
      var document = api.get(accepted.location()).json();
      assertThat(document.path("result").asText()).as(() -> log(id)).isEqualTo("COMPLETED");
      assertThat(document.at("/validation/requests").asInt()).isEqualTo(PROBES);
      assertThat(document.at("/validation/unexpected").asInt()).isZero();
      assertEveryPodActsOn(document);
      assertThat(api.get("/healthz").status()).isEqualTo(200);
      assertThat(api.get("/readyz").status()).isEqualTo(200);
      assertHealthy(id);
      assertConfined(id);
      assertNothingWritten(id);
    }

    docker.client().stopContainerCmd(id).withTimeout(60).exec();

    assertThat(exit(id)).as(() -> log(id)).isIn(0, 143);
    assertThat(scene.keys().text("leader")).isEmpty();
    docker.client().removeContainerCmd(id).withRemoveVolumes(true).exec();
  }

  @Test
  @Order(4)
  void theRateLimitServiceKnowsWhatIsCommitted() {
    int port = FreePortFinder.free();
    var host = confined().withNetworkMode("host");
    String id =
        started(
            docker
                .client()
                .createContainerCmd(RATELIMIT)
                .withHostConfig(host)
                .withEnv(
                    "DC_RATELIMIT_PORT=" + port,
                    "DC_RATELIMIT_ETCD=" + scene.config().etcd().endpoints().getFirst(),
                    "DC_RATELIMIT_PREFIX=" + LabConfigFile.ETCD_PREFIX,
                    "DC_RATELIMIT_REDIS=" + scene.redis().nodes().getFirst())
                .exec()
                .getId());

    BoundedWait.until("it is ready", SOON, () -> ready(port) || !running(id));

    assertThat(running(id)).as(() -> log(id)).isTrue();
    var status = PlainHttpResponse.get(HostPort.loopback(port), "/v1/status", Map.of()).body();
    assertThat(status).contains(scene.active().path("digest").asText());
    assertHealthy(id);
    assertNothingWritten(id);
    docker.client().stopContainerCmd(id).withTimeout(30).exec();
    assertThat(exit(id)).as(() -> log(id)).isIn(0, 143);
  }

  /** Everything that the guide says that the agent does without. */
  private static HostConfig confined() {
    return HostConfig.newHostConfig()
        .withReadonlyRootfs(true)
        .withCapDrop(Capability.ALL)
        .withSecurityOpts(List.of("no-new-privileges"))
        .withPidsLimit(512L)
        .withMemory(MEMORY);
  }

  /** On the lab's configuration, with the secrets as files that its user may read. */
  private static CreateContainerCmd agent(int port) throws IOException {
    var secrets = secrets();
    var host =
        confined()
            .withNetworkMode("host")
            .withBinds(
                Bind.parse(scene.lab().config() + ":/etc/deployclaw/deployclaw.yaml:ro"),
                Bind.parse(secrets + ":/run/secrets:ro"));
    return docker
        .client()
        .createContainerCmd(AGENT)
        .withHostConfig(host)
        .withEnv(
            "DEPLOYCLAW_SERVE_LISTEN=127.0.0.1:" + port,
            "DEPLOYCLAW_SERVE_TOKENS_FILE=/run/secrets/tokens.yaml",
            "DEPLOYCLAW_S3_ACCESS_KEY_FILE=/run/secrets/s3.access",
            "DEPLOYCLAW_S3_SECRET_KEY_FILE=/run/secrets/s3.secret",
            "DEPLOYCLAW_KUBERNETES_KUBECONFIG=/run/secrets/kubeconfig");
  }

  private static Path secrets() throws IOException {
    var secrets = Files.createDirectories(folder.resolve("secrets"));
    ServedApiClient.tokens(secrets);
    var lab = scene.lab().folder();
    for (var name : List.of("keys/s3.access", "keys/s3.secret", "kubernetes/kubeconfig")) {
      var copy = secrets.resolve(Path.of(name).getFileName());
      Files.copy(
          lab.resolve(name),
          copy,
          StandardCopyOption.COPY_ATTRIBUTES,
          StandardCopyOption.REPLACE_EXISTING);
    }
    try (var files = Files.list(secrets)) {
      for (Path file : files.toList()) {
        Files.setAttribute(file, "unix:uid", USER);
      }
    }
    return secrets;
  }

  private static void assertEveryPodActsOn(JsonNode document) {
    long epoch = document.path("epoch").asLong();
    assertThat(scene.active().path("epoch").asLong()).isEqualTo(epoch);
    assertThat(PodGatewayProbe.all(scene.lab()))
        .hasSize(PODS)
        .allSatisfy(pod -> assertThat(pod.config()).isPresent());
  }

  /** What the kernel says of the process, as the machine sees it. */
  private static void assertConfined(String id) throws IOException {
    var state = docker.client().inspectContainerCmd(id).exec().getState();
    long pid = requireNonNull(state.getPidLong());
    try (var lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
      var status =
          lines
              .map(line -> line.split(":\\s*", 2))
              .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (a, _) -> a));
      assertThat(status.get("Uid")).startsWith(USER + "\t" + USER);
      assertThat(status.get("NoNewPrivs")).isEqualTo("1");
      assertThat(status.get("CapEff")).matches("0+");
      assertThat(status.get("CapBnd")).matches("0+");
    }
  }

  /** The image's own health check, run as the daemon would. */
  private static void assertHealthy(String id) {
    BoundedWait.until("the daemon finds it healthy", SOON, () -> health(id).equals("healthy"));
  }

  private static String health(String id) {
    var health = docker.client().inspectContainerCmd(id).exec().getState().getHealth();
    return health == null ? "none" : String.valueOf(health.getStatus());
  }

  private static boolean ready(int port) {
    return ServerReadiness.answers(URI.create("http://127.0.0.1:" + port + "/readyz").toString());
  }

  private static boolean running(String id) {
    return Boolean.TRUE.equals(
        docker.client().inspectContainerCmd(id).exec().getState().getRunning());
  }

  private static int exit(String id) {
    return docker
        .client()
        .waitContainerCmd(id)
        .exec(new WaitContainerResultCallback())
        .awaitStatusCode(SOON.toSeconds(), TimeUnit.SECONDS);
  }

  private static String started(String id) {
    docker.client().startContainerCmd(id).exec();
    return id;
  }

  /** The lines that a program of an image prints. */
  private static List<String> said(String image, String... command) {
    String id =
        docker
            .client()
            .createContainerCmd(image)
            .withHostConfig(confined())
            .withEntrypoint(command)
            .exec()
            .getId();
    return ended(id).lines().filter(line -> !line.isBlank()).toList();
  }

  /** Starts it, waits for a good end, and gives what it printed. */
  private static String ended(String id) {
    int exit = exit(started(id));
    assertThat(exit).as(() -> log(id)).isZero();
    return log(id);
  }

  /** But for the places of its mounts. */
  private static void assertNothingWritten(String id) {
    var changes = docker.client().containerDiffCmd(id).exec();
    var mounts = requireNonNull(docker.client().inspectContainerCmd(id).exec().getMounts());
    if (changes != null) {
      assertThat(changes)
          .extracting(change -> change.getPath())
          .allSatisfy(path ->
              assertThat(mounts)
                  .extracting(mount -> requireNonNull(mount.getDestination()).getPath())
                  .anyMatch(place -> place.startsWith(path)));
    }
  }

  private static String log(String id) {
    var text = new StringBuilder();
    try {
      docker
          .client()
          .logContainerCmd(id)
          .withStdOut(true)
          .withStdErr(true)
          .exec(
              new ResultCallback.Adapter<Frame>() {
                @Override
                public void onNext(Frame frame) {
                  text.append(new String(frame.getPayload(), StandardCharsets.UTF_8));
                }
              })
          .awaitCompletion(SOON.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return text.toString();
  }

  private static long seconds(long start) {
    return Duration.ofNanos(System.nanoTime() - start).toSeconds();
  }
}
