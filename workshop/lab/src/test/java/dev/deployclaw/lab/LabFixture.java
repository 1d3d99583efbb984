package dev.deployclaw.lab;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.lab.estate.LabStartup;
import dev.deployclaw.lab.fault.FaultInjector;
import dev.deployclaw.lab.fault.ImpossibleFaultException;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.redis.RedisCluster;
import dev.deployclaw.testkit.redis.RedisNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.apache.commons.lang3.function.Failable;
import org.jspecify.annotations.Nullable;

/** The lab of one test class, the agent that works on it, and what stands in it. */
final class LabFixture implements AutoCloseable {
  /** Enough for every tenant and limit, where probes aren't the point. */
  private static final String FEW_PROBES = "120";

  private static final Duration LONGEST_HOLD = Duration.ofMinutes(3);

  private final LabEstate lab;
  private final AgentConfig config;
  private final Thread atExit;

  private LabFixture(LabEstate lab, AgentConfig config) {
    this.lab = lab;
    this.config = config;
    this.atExit = new Thread(lab::down, "stop-lab");
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  static LabFixture up(Path folder, int gateways)
      throws InterruptedException, InvalidConfigException {
    return up(folder, LabEstate.Size.of(gateways));
  }

  static LabFixture up(Path folder, LabEstate.Size size)
      throws InterruptedException, InvalidConfigException {
    var scene = upOnce(folder, size);
    AotCacheWarmUp.of(scene.config());
    return scene;
  }

  /** The same where no other lab follows: learning for later ones costs more than it gives back. */
  static LabFixture upOnce(Path folder, LabEstate.Size size)
      throws InterruptedException, InvalidConfigException {
    var lab = LabEstate.in(folder.resolve("lab"));
    lab.up(size, _ -> {});
    return new LabFixture(lab, ConfigReader.read(lab.config(), Map.of()));
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(atExit);
    lab.down();
  }

  LabEstate lab() {
    return lab;
  }

  AgentConfig config() {
    return config;
  }

  /** The agent as people run it, sending as many synthetic requests as it does by itself. */
  LabAgent agent() {
    return new LabAgent(lab).apart();
  }

  /** The agent with few synthetic requests, and more of an environment. */
  LabAgent quickAgent(Map<String, String> environment) {
    var all = new TreeMap<String, String>(environment);
    all.put("DEPLOYCLAW_PROBES_REQUESTS", FEW_PROBES);
    return new LabAgent(lab, all);
  }

  /** Carries a request out quickly, and gives its log. */
  LabAgent.Ran run(String... words) {
    var command = new ArrayList<>(Arrays.asList(words));
    command.add("--json");
    return quickAgent(Map.of()).run(command.toArray(String[]::new));
  }

  /**
   * Runs the agent up to a call, for example {@code before probe.probe#1}, does something to the
   * estate there, and lets it go on to its end.
   */
  LabAgent.Ran runWith(String at, Runnable meanwhile, String... words) {
    return runWith(Map.of(), at, meanwhile, words);
  }

  /** The same with more of an environment, and few synthetic requests. */
  LabAgent.Ran quicklyWith(
      Map<String, String> more, String at, Runnable meanwhile, String... words) {
    var environment = new TreeMap<>(more);
    environment.put("DEPLOYCLAW_PROBES_REQUESTS", FEW_PROBES);
    return runWith(environment, at, meanwhile, words);
  }

  private LabAgent.Ran runWith(
      Map<String, String> more, String at, Runnable meanwhile, String... words) {
    try {
      var stop = Files.createTempDirectory("stop");
      var environment = new TreeMap<>(more);
      environment.put("DEPLOYCLAW_STOP_DIR", stop.toString());
      environment.put("DEPLOYCLAW_STOP_AT", at);
      var doing =
          new FutureTask<@Nullable Void>(
              () -> {
                BoundedWait.until(
                    at + " is reached", LONGEST_HOLD, () -> Files.exists(stop.resolve("reached")));
                try {
                  meanwhile.run();
                } finally {
                  create(stop.resolve("go"));
                }
              },
              null);
      var thread = Thread.ofVirtual().start(doing);
      var command = new ArrayList<>(Arrays.asList(words));
      command.add("--json");
      var ran = new LabAgent(lab, environment).run(command.toArray(String[]::new));
      if (Files.exists(stop.resolve("reached"))) {
        doing.get();
      } else {
        thread.interrupt();
      }
      return ran;
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException("what was to be done " + at + " wasn't", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  EtcdKeyspace keys() {
    return new EtcdKeyspace(config.etcd());
  }

  List<FolderGatewayProbe> gateways() {
    return config.gateways().stream().map(FolderGatewayProbe::new).toList();
  }

  FolderGatewayProbe gateway(String name) {
    return gateways().stream().filter(g -> g.name().equals(name)).findFirst().orElseThrow();
  }

  RedisCluster redis() {
    return RedisCluster.adopt(lab.folder().resolve("redis"));
  }

  /** The source of our function library, as a node has it. */
  static String library(RedisNode node) {
    String listed = node.call("FUNCTION", "LIST", "LIBRARYNAME", FunctionLibrary.NAME, "WITHCODE");
    return listed.substring(listed.indexOf("#!lua"));
  }

  /** The primary that owns a key's slot. */
  RedisNode owner(String key) {
    var cluster = redis();
    return cluster.primaries().stream()
        .map(cluster::node)
        .filter(node -> answers(node, "EXISTS", key))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("nobody owns " + key));
  }

  /** The others answer by MOVED, which is an error. */
  private static boolean answers(RedisNode node, String... words) {
    try {
      node.call(words);
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  /** The file in which the S3 server keeps an object. */
  Path object(String name) {
    return lab.folder().resolve("s3/data").resolve(config.s3().bucket()).resolve(name);
  }

  /** Does what {@code lab break} does. */
  void inflict(String fault, String target) {
    inflict(List.of(fault, target));
  }

  void inflict(String fault, String target, OptionalInt millis) {
    inflict(List.of(fault, target, Integer.toString(millis.orElseThrow())));
  }

  void inflict(List<String> words) {
    try {
      FaultInjector.in(lab.folder()).inflict(words);
    } catch (ImpossibleFaultException e) {
      throw new IllegalStateException(words + " did not work", e);
    }
  }

  /** Does what {@code lab heal} does, and waits until everything answers again. */
  void heal() {
    var broken = FaultInjector.in(lab.folder()).heal().broken();
    if (!broken.isEmpty()) {
      throw new IllegalStateException("what can't be healed: " + broken);
    }
    redis().awaitWhole(LONGEST_HOLD);
    for (HostPort address : addresses()) {
      BoundedWait.until(address + " answers", LONGEST_HOLD, () -> connects(address));
    }
  }

  /** Writes the keys again that other programs have in Redis, wherever a node lost them. */
  void sow() {
    LabStartup.seedRedis(redis());
  }

  private List<HostPort> addresses() {
    var urls = new ArrayList<String>();
    urls.addAll(config.etcd().endpoints());
    urls.add(config.s3().endpoint());
    urls.add(config.nats().url());
    config.services().forEach(s -> urls.add(s.url()));
    config.gateways().forEach(g -> urls.add(g.url()));
    config.docker().ifPresent(d -> d.gateways().forEach(g -> urls.add(g.url())));
    return urls.stream().map(URI::create).map(u -> new HostPort(u.getHost(), u.getPort())).toList();
  }

  private static boolean connects(HostPort address) {
    try (var _ = new Socket(address.host(), address.port())) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** The committed epoch, as etcd says. */
  JsonNode active() {
    return keys().json("active");
  }

  private static void create(Path file) {
    Failable.run(() -> Files.createFile(file));
  }
}
