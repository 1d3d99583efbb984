package dev.deployclaw.executors.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.gateway.NginxConfigFile;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Gateway.Route;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.HostPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real NGINX is switched from file to file while clients ask it all the time: none fails. */
class ReloadUnderLoadTest {
  private static final Duration AT_MOST = Duration.ofMinutes(1);
  private static final String WHO = "/.well-known/deployclaw";
  private static final int EPOCHS = 8;

  /** Answers over kept and over fresh connections each, before and after each switch. */
  private static final int BETWEEN = 40;

  private static final int CLIENTS = 4;

  @TempDir Path root;

  @AutoClose private GatewayEstate estate;

  @BeforeEach
  void start() {
    estate = new GatewayEstate(root);
  }

  @Test
  void noRequestFailsWhileFilesAreSwitched() throws Exception {
    publish(1);
    Set<String> said = ConcurrentHashMap.newKeySet();
    Set<String> workers = new HashSet<>();
    List<String> files = new ArrayList<>();
    var plan = new HttpLoadGenerator.Plan("acme.test", List.of("/search", WHO), CLIENTS, CLIENTS);

    HttpLoadGenerator.LoadReport told;
    try (var load =
        HttpLoadGenerator.start(
            address(), plan, a -> NginxConfigFile.configIn(a.body()).ifPresent(said::add))) {
      for (int epoch = 1; epoch <= EPOCHS; epoch++) {
        publish(epoch);
        load.await(BETWEEN, AT_MOST);
        files.add(NginxConfigFile.configIn(estate.live(0)).orElseThrow());
        workers.addAll(List.of(estate.marks(0).split(" ", -1)));
      }
      told = load.stop();
    }

    assertThat(told.failures()).isEmpty();
    assertThat(told.statuses()).containsOnlyKeys(200, 204);
    assertThat(told.kept()).isGreaterThan((long) BETWEEN * EPOCHS);
    assertThat(told.fresh()).isGreaterThan((long) BETWEEN * EPOCHS);
    assertThat(files).as("each epoch is another file").doesNotHaveDuplicates().hasSize(EPOCHS);
    assertThat(said)
        .as("and clients were served by each")
        .containsExactlyInAnyOrderElementsOf(files);
    assertThat(workers).as("by workers of its own").hasSizeGreaterThanOrEqualTo(EPOCHS);
  }

  /** Each epoch's file has one route more, so that it can't be the one before. */
  private void publish(int epoch) {
    var routes = new ArrayList<Route>();
    for (int i = 1; i <= epoch; i++) {
      routes.add(new Route("/v" + i, "search"));
    }
    routes.add(new Route("/search", "search"));
    var gateways =
        estate.gateways().stream()
            .map(g ->
                new Gateway(g.name(), g.namespace(), new Gateway.Identity.Host("test"), routes))
            .toList();
    var activation = Activations.of(PolicySet.of(List.of(), gateways, ""), epoch);
    all(new ExecutorCall.Stage(activation));
    all(new ExecutorCall.Prepare(activation));
    all(new ExecutorCall.Publish(activation));
    BoundedWait.until("epoch " + epoch + " is acted on", AT_MOST, () -> converged(activation));
  }

  private void all(ExecutorCall call) {
    assertThat(estate.ask(call))
        .allSatisfy(r -> assertThat(r.answer()).as(r.reason()).isEqualTo(Answer.YES));
  }

  private boolean converged(EpochSpec activation) {
    return estate.ask(new ExecutorCall.Converge(activation)).stream()
        .allMatch(r -> r.answer() == Answer.YES);
  }

  private HostPort address() {
    var url = estate.gateway(0).url();
    return new HostPort(url.getHost(), url.getPort());
  }
}
