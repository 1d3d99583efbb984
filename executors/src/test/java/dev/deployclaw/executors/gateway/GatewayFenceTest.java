package dev.deployclaw.executors.gateway;

import static dev.deployclaw.executors.gateway.GatewayEstate.activation;
import static java.util.Collections.disjoint;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.nginx.EpochFolder;
import dev.deployclaw.testkit.BoundedWait;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leaders of different terms at the same gateways. */
class GatewayFenceTest {
  private static final Duration AT_MOST = Duration.ofMinutes(1);
  private static final long OLD = 4;
  private static final long NEW = 5;

  @TempDir Path root;

  @AutoClose private GatewayEstate estate;

  @BeforeEach
  void start() {
    estate = new GatewayEstate(root);
  }

  @Test
  void refusesWhateverAnEarlierLeaderWrites() {
    var second = activation(estate.set(), 2);
    var third = activation(estate.set(), 3);
    estate.ask(new ExecutorCall.Stage(third), OLD);
    estate.ask(new ExecutorCall.Stage(second), NEW);
    var before = workers();
    estate.ask(new ExecutorCall.Publish(second), NEW);
    BoundedWait.until("its new workers are alone", AT_MOST, () -> disjoint(before, workers()));
    String workers = estate.marks(0);

    isOvertaken(estate.ask(new ExecutorCall.Stage(third), OLD));
    isOvertaken(estate.ask(new ExecutorCall.Prepare(third), OLD));
    isOvertaken(estate.ask(new ExecutorCall.Publish(third), OLD));
    isOvertaken(estate.ask(new ExecutorCall.Discard(2), OLD));

    assertThat(estate.target(0)).isEqualTo("epochs/2");
    assertThat(estate.marks(0)).isEqualTo(workers);
    assertThat(estate.ask(new ExecutorCall.Publish(third), NEW))
        .extracting(MemberReport::answer)
        .containsOnly(Answer.YES);
  }

  @Test
  void refusesALeaderThatWasPausedRightBeforeTheSwitch() throws Exception {
    var first = activation(estate.set(), 1);
    estate.ask(new ExecutorCall.Stage(first), OLD);
    var folder = estate.gateway(0).folder();
    var late = new FutureTask<>(() -> estate.ask(new ExecutorCall.Publish(first), OLD));
    try (var file = FileChannel.open(folder.resolve("fence.lock"), write());
        var _ = file.lock()) {
      Thread.ofVirtual().start(late);
      BoundedWait.until("it waits for the lock", AT_MOST, () -> readyToSwitch(folder));
      standAs(folder, new FenceMark(NEW, 0));
    }

    assertThat(late.get().getFirst().answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(late.get().getFirst().reason())
        .contains("the leader of the later term 5 has already written here");
    assertThat(estate.target(0)).isEqualTo("epochs/0");
    assertThat(estate.target(1)).isEqualTo("epochs/1");
  }

  private List<String> workers() {
    return List.of(estate.marks(0).split(" "));
  }

  /** What it keeps before it switches is there. */
  private static boolean readyToSwitch(Path folder) {
    return Files.exists(folder.resolve("epochs/1/" + EpochFolder.WORKERS));
  }

  private static void standAs(Path folder, FenceMark mark) throws IOException {
    Files.writeString(folder.resolve(EpochFolder.FENCE), mark.text());
  }

  private static StandardOpenOption[] write() {
    return new StandardOpenOption[] {StandardOpenOption.CREATE, StandardOpenOption.WRITE};
  }

  private static void isOvertaken(List<MemberReport> reports) {
    assertThat(reports)
        .hasSize(3)
        .allSatisfy(r -> assertThat(r.answer()).isEqualTo(Answer.UNKNOWN))
        .allSatisfy(r ->
            assertThat(r.reason())
                .contains("the leader of the later term 5 has already written here"));
  }
}
