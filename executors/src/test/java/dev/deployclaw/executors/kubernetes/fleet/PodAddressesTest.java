package dev.deployclaw.executors.kubernetes.fleet;

import static dev.deployclaw.executors.kubernetes.Estate.DEPLOYMENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.kubernetes.Estate;
import dev.deployclaw.executors.kubernetes.fleet.PodAddresses.Address;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodAddressesTest {
  private static final URI URL = URI.create("http://10.1.0.7:8080");

  @TempDir Path folder;

  @AutoClose private Estate estate;

  @BeforeEach
  void start() {
    estate = new Estate(folder);
  }

  @Test
  void saysWhereEachReadyPodListens() throws InterruptedException {
    estate.pod("gw-1-2", "'False'", "{}");

    var listening = now();

    assertThat(listening.pods())
        .containsExactly(
            new Address("gw", "edge", "gw-1-0", URL), new Address("gw", "edge", "gw-1-1", URL));
    assertThat(listening.closed()).isEmpty();
  }

  @Test
  void namesAGatewayWithoutAReadyPod() throws InterruptedException {
    estate.pod("gw-1-0", "'False'", "{}");
    estate.pod("gw-1-1", "'False'", "{}");

    assertThat(now().closed())
        .containsExactly(MemberReport.unknown("gateway/edge/gw", "no pod of it is ready"));
  }

  @Test
  void skipsAGatewayThatIsScaledToNothing() throws InterruptedException {
    estate.api().remove(Estate.PODS + "/gw-1-0");
    estate.api().remove(Estate.PODS + "/gw-1-1");
    estate.api().edit(DEPLOYMENT, "kubectl", d -> d.withObject("/spec").put("replicas", 0));

    assertThat(now().closed()).extracting(MemberReport::answer).containsExactly(Answer.SKIPPED);
  }

  @Test
  void neverTakesASilentServerForAGatewayWithoutPods() throws InterruptedException {
    estate.api().close();

    var closed = now().closed();

    assertThat(closed).extracting(MemberReport::answer).containsExactly(Answer.UNKNOWN);
    assertThat(closed.getFirst().reason()).contains("can't be reached");
  }

  private PodAddresses.Listening now() throws InterruptedException {
    return new PodAddresses(estate.link(), List.of(estate.gateway())).now();
  }
}
