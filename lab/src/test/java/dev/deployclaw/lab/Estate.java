package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.Config;
import dev.deployclaw.container.config.ConfigReader;
import dev.deployclaw.container.config.InvalidConfig;
import dev.deployclaw.lab.Agent.Ran;
import dev.deployclaw.lab.check.Checker;
import dev.deployclaw.lab.check.Snapshot;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * A small lab on which all tenants' policies are live, for the tests of one class. It ends with
 * this JVM at the latest.
 */
final class Estate implements AutoCloseable {
  static final String ALL = "Orchestrate the rate limit policies of all tenants";

  /** Few requests, so that a run is short; each gateway and tenant still gets its own. */
  private static final Map<String, String> QUICK = Map.of("DEPLOYCLAW_PROBES_REQUESTS", "60");

  private final Lab lab;
  private final Config config;
  private final Checker checker;

  private Estate(Lab lab, Config config) {
    this.lab = lab;
    this.config = config;
    this.checker = new Checker(config);
  }

  /** One on a lab that somebody else ends. */
  static Estate of(Lab lab, Config config) {
    return new Estate(lab, config);
  }

  static Estate start(Path folder) throws InterruptedException, InvalidConfig {
    var lab = Lab.in(folder.resolve("lab"));
    Runtime.getRuntime().addShutdownHook(new Thread(lab::down, "stop-lab"));
    boolean whole = false;
    try {
      lab.up(3, _ -> {});
      var estate = new Estate(lab, ConfigReader.read(lab.config(), Map.of()));
      Lesson.of(estate.config());
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

  Lab lab() {
    return lab;
  }

  Config config() {
    return config;
  }

  Checker checker() {
    return checker;
  }

  Snapshot etcd() {
    return checker.etcd();
  }

  /** The agent, told further things by its environment. */
  Agent agent(Map<String, String> environment) {
    var all = new TreeMap<>(QUICK);
    all.putAll(environment);
    return new Agent(lab, all);
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
