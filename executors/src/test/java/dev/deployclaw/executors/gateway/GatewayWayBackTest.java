package dev.deployclaw.executors.gateway;

import static dev.deployclaw.executors.gateway.GatewayEstate.activation;
import static dev.deployclaw.executors.gateway.GatewayEstate.restoring;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.testkit.BoundedWait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ways back to an epoch that doesn't know the third gateway: it was added since. */
class GatewayWayBackTest {
  private static final Duration AT_MOST = Duration.ofMinutes(1);

  @TempDir Path root;

  @AutoClose private GatewayEstate estate;

  @BeforeEach
  void start() {
    estate = new GatewayEstate(root);
  }

  @Test
  void givesBackWhatItHeldWhenItWasAdopted() {
    var first = GatewayEstate.set(older());
    activate(GatewayEstate.executor(older()), activation(first, 1));
    activate(activation(estate.set(), 2));

    activate(Activations.back(first, 3));

    assertThat(estate.live(0)).contains("auth_request");
    assertThat(estate.live(2)).isEqualTo(estate.handWritten(2));
    assertThat(estate.target(2)).isEqualTo("epochs/3");
  }

  @Test
  void givesItBackOnTheWayToEpochZeroTooAsOftenAsAsked() {
    var observed = GatewayEstate.ask(GatewayEstate.executor(older()), new ExecutorCall.Observe());
    activate(GatewayEstate.executor(older()), activation(GatewayEstate.set(older()), 1));
    activate(activation(estate.set(), 2));

    activate(restoring(observed, 3));
    activate(activation(estate.set(), 4));
    activate(restoring(observed, 5));

    for (int i = 0; i < 3; i++) {
      assertThat(estate.live(i)).isEqualTo(estate.handWritten(i));
    }
  }

  @Test
  void leavesItAloneAndSaysSoWhereNothingIsKnownOfIt() throws IOException {
    var first = GatewayEstate.set(older());
    activate(GatewayEstate.executor(older()), activation(first, 1));
    activate(activation(estate.set(), 2));
    Files.delete(estate.gateway(2).folder().resolve("epochs/0/nginx.conf"));
    String before = estate.live(2);

    var back = Activations.back(first, 3);
    estate.ask(new ExecutorCall.Stage(back));
    var votes = estate.ask(new ExecutorCall.Prepare(back));
    estate.ask(new ExecutorCall.Publish(back));

    assertThat(votes)
        .extracting(MemberReport::answer)
        .containsExactly(Answer.YES, Answer.YES, Answer.SKIPPED);
    assertThat(votes.getLast().reason()).contains("keeps what it has");
    assertThat(estate.live(2)).isEqualTo(before);
    assertThat(estate.target(2)).isEqualTo("epochs/2");
  }

  @Test
  void aChangeForwardThatDoesNotKnowItIsRefused() {
    var votes = estate.ask(new ExecutorCall.Prepare(activation(GatewayEstate.set(older()), 1)));

    assertThat(votes.getLast().answer()).isEqualTo(Answer.NO);
    assertThat(votes.getLast().reason()).contains("has no gateway gw-2");
  }

  private List<FileGateway> older() {
    return estate.gateways().subList(0, 2);
  }

  private void activate(EpochSpec activation) {
    activate(estate.executor(), activation);
  }

  private static void activate(FileGatewayExecutor executor, EpochSpec activation) {
    allYes(GatewayEstate.ask(executor, new ExecutorCall.Stage(activation)));
    allYes(GatewayEstate.ask(executor, new ExecutorCall.Prepare(activation)));
    allYes(GatewayEstate.ask(executor, new ExecutorCall.Publish(activation)));
    BoundedWait.until(
        "all gateways act on epoch " + activation.epoch(),
        AT_MOST,
        () ->
            GatewayEstate.ask(executor, new ExecutorCall.Converge(activation)).stream()
                .allMatch(r -> r.answer() == Answer.YES));
  }

  private static void allYes(List<MemberReport> reports) {
    assertThat(reports)
        .allSatisfy(r -> assertThat(r.answer()).as(r.reason()).isEqualTo(Answer.YES));
  }
}
