package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.lab.LabAgent.Ran;
import dev.deployclaw.lab.check.EstateChecker;
import dev.deployclaw.lab.check.EtcdctlSnapshot;
import dev.deployclaw.lab.estate.LabEstate;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * A small lab on which all tenants' policies are live, for the tests of one class. It ends with
 * this JVM at the latest.
 */
final class LiveEstate implements AutoCloseable {
  static final String ALL = "Orchestrate the rate limit policies of all tenants";

  /** Few requests, so that a run is short; each gateway and tenant still gets its own. */
  static final Map<String, String> QUICK = Map.of("DEPLOYCLAW_PROBES_REQUESTS", "60");

  private final LabEstate lab;
  private final AgentConfig config;
  private final EstateChecker checker;

  private LiveEstate(LabEstate lab, AgentConfig config) {
    this.lab = lab;
    this.config = config;
    this.checker = new EstateChecker(config);
  }

  /** One on a lab that somebody else ends. */
  static LiveEstate of(LabEstate lab, AgentConfig config) {
    return new LiveEstate(lab, config);
  }

  static LiveEstate start(Path folder) throws InterruptedException, InvalidConfigException {
    var lab = LabEstate.in(folder.resolve("lab"));
    Runtime.getRuntime().addShutdownHook(new Thread(lab::down, "stop-lab"));
    boolean whole = false;
    try {
      lab.up(3, _ -> {});
      var estate = new LiveEstate(lab, ConfigReader.read(lab.config(), Map.of()));
      AotCacheWarmUp.of(estate.config());
      var first = estate.agent(Map.of()).learn("run", ALL);
      assertThat(first.exit()).as(first.err()).isZero();
      whole = true;
      return estate;
    } finally {
      if (!whole) {
        lab.down();
      }
    }
  }

  LabEstate lab() {
    return lab;
  }

  AgentConfig config() {
    return config;
  }

  EstateChecker checker() {
    return checker;
  }

  EtcdctlSnapshot etcd() {
    return checker.etcd();
  }

  /** The agent, told further things by its environment. */
  LabAgent agent(Map<String, String> environment) {
    var all = new TreeMap<>(QUICK);
    all.putAll(environment);
    return new LabAgent(lab, all);
  }

  Ran run(String... args) {
    return agent(Map.of()).run(args);
  }

  /** Makes the sources live; what that takes back by request is approved. */
  Ran applyAll() {
    var ran = run("run", "--json", ALL);
    return ran.exit() == 5
        ? run("approve", ran.json().path("execution_id").asText(), "--json")
        : ran;
  }

  /** A request that changes something whenever it is made: the limit it asks for isn't there. */
  String change() {
    boolean low = checker.rule("umbrella", "search").startsWith("tb 300 ");
    return "set umbrella's search limit to " + (low ? 360 : 300) + " per minute";
  }

  @Override
  public void close() {
    lab.down();
  }
}
