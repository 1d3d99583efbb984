package dev.deployclaw.bench.console;

import dev.deployclaw.bench.function.EpochStores;
import dev.deployclaw.bench.measure.ResidentMemory;
import dev.deployclaw.bench.sample.SampleTenants;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.wiring.AgentRuntime;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.executors.etcd.EtcdStateStore;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.server.ServerReadiness;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * {@code ./deployclaw serve} as a process of its own on a lab, in whose etcd an epoch of many
 * tenants is committed: what the console reads. Nothing else holds that epoch.
 */
final class ServedLab implements AutoCloseable {
  static final String TOKEN = "bench-0123456789abcdef0123456789abcdef";

  private static final Duration LONGEST = Duration.ofMinutes(3);
  private static final long LOOK_MILLIS = 20;
  private static final int GATEWAYS = 3;
  private static final String MOST = "1000000";

  private final LabEstate lab;
  private final EtcdStateStore state;
  private final Process agent;
  private final String address;
  private final long begun = System.nanoTime();
  private long ready;

  private ServedLab(LabEstate lab, EtcdStateStore state, Process agent, String address) {
    this.lab = lab;
    this.state = state;
    this.agent = agent;
    this.address = address;
  }

  /** Returns when it is ready. */
  static ServedLab start(Path folder, int tenants) throws Exception {
    var lab = LabEstate.in(folder.resolve("lab"));
    boolean ready = false;
    try {
      lab.up(GATEWAYS, _ -> {});
      var config = ConfigReader.read(lab.config(), Map.of());
      var state = new EtcdStateStore(AgentRuntime.stateSettings(config));
      commit(state, tenants);
      String address = "127.0.0.1:" + FreePortFinder.free();
      var agent = agent(lab, folder, address);
      var served = new ServedLab(lab, state, agent, "http://" + address);
      served.awaitReady();
      ready = true;
      return served;
    } finally {
      if (!ready) {
        lab.down();
      }
    }
  }

  private static void commit(StateStore state, int tenants) throws InterruptedException {
    var set = SampleTenants.of(tenants);
    EpochStores.store(state, new EpochPolicySet(1, set.digest(), set));
    var committed = new CommittedEpoch(1, set.digest(), "bench", 1, 0);
    EpochStores.put(state, StoreKeys.ACTIVE, committed.bytes());
  }

  private static Process agent(LabEstate lab, Path folder, String address) throws IOException {
    var tokens = folder.resolve("tokens.yaml");
    String hash = CanonicalJson.sha256(TOKEN);
    Files.writeString(
        tokens, "tokens: [{name: bench, sha256: \"" + hash + "\", roles: [operator]}]\n");
    var program = Path.of(System.getProperty("deployclaw.home", ""), "deployclaw").toString();
    var builder = new ProcessBuilder(program, "serve", "--config", lab.config().toString());
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(folder.resolve("serve.err").toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "DEPLOYCLAW_SERVE_LISTEN", address,
                "DEPLOYCLAW_SERVE_TOKENS_FILE", tokens.toString(),
                "DEPLOYCLAW_SERVE_REQUESTS_PER_MINUTE", MOST,
                "DEPLOYCLAW_SERVE_STRANGER_REQUESTS_PER_MINUTE", MOST));
    return builder.start();
  }

  private void awaitReady() throws InterruptedException {
    while (!ServerReadiness.answers(address + "/readyz")) {
      if (agent.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)
          || System.nanoTime() - begun > LONGEST.toNanos()) {
        agent.destroyForcibly();
        throw new IllegalStateException("the agent isn't ready");
      }
    }
    ready = System.nanoTime();
  }

  /** Nanoseconds from the begin of the agent's process until it was ready. */
  long untilReady() {
    return ready - begun;
  }

  /** Nanoseconds from when it was ready until it has answered with a page of tenants. */
  long untilFirstPage() throws IOException {
    while (true) {
      var call =
          (HttpURLConnection) URI.create(address + "/v1/tenants?limit=50").toURL().openConnection();
      call.setRequestProperty("Authorization", "Bearer " + TOKEN);
      if (call.getResponseCode() == HttpURLConnection.HTTP_OK) {
        try (var page = call.getInputStream()) {
          var _ = page.readAllBytes();
        }
        return System.nanoTime() - ready;
      }
      if (System.nanoTime() - ready > LONGEST.toNanos()) {
        throw new IOException("the agent answers " + call.getResponseCode());
      }
    }
  }

  String address() {
    return address;
  }

  /** KiB of the agent's memory, its executor host's not. */
  long resident() throws IOException {
    return ResidentMemory.kibibytes(agent.toHandle());
  }

  @Override
  public void close() {
    agent.destroy();
    try {
      if (!agent.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
        agent.destroyForcibly();
      }
    } catch (InterruptedException e) {
      agent.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    state.close();
    lab.down();
  }
}
