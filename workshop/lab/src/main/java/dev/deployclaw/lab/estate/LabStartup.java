package dev.deployclaw.lab.estate;

import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.lab.estate.LabConfigFile.Backends;
import dev.deployclaw.lab.estate.LabConfigFile.S3Access;
import dev.deployclaw.lab.estate.LabEstate.Size;
import dev.deployclaw.lab.estate.RateLimitServiceProcesses.Stores;
import dev.deployclaw.testkit.file.TestFiles;
import dev.deployclaw.testkit.process.LocalServer;
import dev.deployclaw.testkit.redis.RedisCluster;
import dev.deployclaw.testkit.redis.SkewedClock;
import dev.deployclaw.testkit.server.EtcdServer;
import dev.deployclaw.testkit.server.NatsServer;
import dev.deployclaw.testkit.server.S3Server;
import dev.deployclaw.testkit.server.ServerSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** One start of a lab: stores first, then the services that need them, then the gateways. */
public record LabStartup(Path folder, Size size, Consumer<String> progress) {
  /** More at once only makes two cores wait for each other. */
  private static final int STARTS_AT_ONCE = 6;

  /** Later commands adopt them. */
  private static final ServerSource PROCESSES = ServerSource.processes();

  private static final int PRIMARIES = 3;
  private static final int REPLICAS_EACH = 1;

  LabConfigFile run() throws IOException, InterruptedException {
    try (var starts = Executors.newFixedThreadPool(STARTS_AT_ONCE)) {
      var etcd = starts.submit(() -> ready("etcd", EtcdServer.start(PROCESSES, part("etcd"))));
      var nats = starts.submit(() -> ready("nats", NatsServer.start(PROCESSES, part("nats"))));
      var s3 = starts.submit(() -> ready("s3", S3Server.spawn(PROCESSES, part("s3"))));
      var redis = starts.submit(() -> ready("redis", startRedis()));
      var docker = starts.submit(this::startContainers);
      var cluster = starts.submit(this::startCluster);
      seedRedis(done(redis));
      var containers = done(docker);
      var stores =
          new Stores(done(etcd).endpoint(), LabConfigFile.ETCD_PREFIX, done(redis).nodes());
      var hosts = containers.map(DockerEnvironment::bridges).orElseGet(TreeMap::new);
      var services = RateLimitServiceProcesses.start(part("services"), hosts, stores, starts);
      progress.accept("rate limit services: " + services.addresses().size());
      done(cluster);
      var beside = new GatewayDependencies(services, upstreams(containers));
      var fleet = fleet(beside, starts);
      progress.accept(fleet.words());
      var backends =
          new Backends(
              done(etcd).endpoint(),
              done(redis).nodes(),
              access(done(s3)),
              done(nats).url(),
              services.urls());
      var contained = contained(containers, fleet, beside);
      progress.accept(
          "all: %d gateways in %d namespaces, %d Redis nodes, %d tenants"
              .formatted(
                  size.besideContainers() + size.inContainers(),
                  ReferenceScenario.NAMESPACES.size(),
                  PRIMARIES * (1 + REPLICAS_EACH),
                  ReferenceScenario.policies().values().stream().mapToInt(List::size).sum()));
      return new LabConfigFile(backends, fleet, contained);
    }
  }

  private Optional<DockerEnvironment> startContainers() throws IOException {
    if (!size.inDocker()) {
      return Optional.empty();
    }
    var containers = DockerEnvironment.start(folder);
    progress.accept("services in containers: " + containers.upstreams().addresses().size());
    return Optional.of(containers);
  }

  private UpstreamServices upstreams(Optional<DockerEnvironment> containers) throws IOException {
    return containers.isPresent()
        ? containers.get().upstreams()
        : UpstreamServices.start(part("upstream"));
  }

  private boolean startCluster() {
    if (size.inKubernetes()) {
      ready("kubernetes", LocalCluster.spawn(folder));
    }
    return size.inKubernetes();
  }

  private GatewayFleet fleet(GatewayDependencies beside, ExecutorService starts)
      throws IOException, InterruptedException {
    return size.inKubernetes()
        ? PodGatewayFleet.start(folder, size.besideContainers(), beside)
        : FolderGatewayFleet.start(folder, size.besideContainers(), beside, starts);
  }

  /** They are counted after the others. */
  private Optional<ContainerGatewayFleet> contained(
      Optional<DockerEnvironment> containers, GatewayFleet others, GatewayDependencies beside)
      throws IOException {
    if (containers.isEmpty()) {
      return Optional.empty();
    }
    int all = others.size() + size.inContainers();
    var gateways = ReferenceScenario.gateways(all).subList(others.size(), all);
    var fleet = ContainerGatewayFleet.start(containers.get(), gateways, beside);
    progress.accept(fleet.words());
    return Optional.of(fleet);
  }

  /** Each node with a clock of its own, which can be put wrong while it runs. */
  private RedisCluster startRedis() {
    var clocks = SkewedClock.environments(part("clock"));
    return RedisCluster.start(part("redis"), PRIMARIES, REPLICAS_EACH, clocks);
  }

  public static void seedRedis(RedisCluster redis) {
    ReferenceScenario.handWrittenKeys().forEach((key, value) -> redis.callOwner("SET", key, value));
  }

  private S3Access access(S3Server s3) throws IOException {
    var keys = part("keys");
    return new S3Access(
        s3.endpoint(),
        s3.bucket(),
        TestFiles.secret(keys.resolve("s3.access"), s3.accessKey()),
        TestFiles.secret(keys.resolve("s3.secret"), s3.secretKey()));
  }

  private <T extends LocalServer> T ready(String name, T server) {
    server.leave();
    progress.accept(name);
    return server;
  }

  private Path part(String name) {
    return folder.resolve(name);
  }

  static <T> T done(Future<T> start) throws InterruptedException {
    try {
      return start.get();
    } catch (ExecutionException e) {
      var cause = e.getCause() == null ? e : e.getCause();
      throw new IllegalStateException(String.valueOf(cause.getMessage()), cause);
    }
  }
}
