package dev.deployclaw.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VolumeHandoverServiceTest {
  private static final String MEMBER = "gateway/edge/gw";

  private final FakeEstate world = new FakeEstate();
  private final Cluster cluster = new Cluster();

  @Test
  void leavesALogOfWhatWasSharedAndOfWhatIsLeft() throws Exception {
    cluster.answer = yes(true);

    var ended = share();

    assertThat(ended.result()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(ended.exit()).isEqualTo(ExitCode.OK);
    assertThat(ended.reason()).isEqualTo(MEMBER + ": take it out");
    assertThat(cluster.asked).containsExactly("gw");
    assertThat(world.journal.read(ended.execution()))
        .map(record -> new String(record, StandardCharsets.UTF_8))
        .anyMatch(r -> r.contains("Sharing a gateway's volume") && r.contains("take it out"));
  }

  @Test
  void saysThatThereWasNothingToDo() throws Exception {
    cluster.answer = yes(false);

    assertThat(share().result()).isEqualTo(ExecutionStatus.NO_CHANGE);
  }

  @Test
  void tellsWhatTheServerRefuses() throws Exception {
    cluster.answer =
        CallOutcome.done(List.of(MemberReport.no(MEMBER, "may not patch deployments gw")));

    var ended = share();

    assertThat(ended.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(ended.reason()).contains("may not patch deployments gw");
  }

  @Test
  void whatGotNoAnswerIsUnknownAndWhatWasNotReachedIsUnchanged() throws Exception {
    cluster.answer = CallOutcome.done(List.of(MemberReport.unknown(MEMBER, "broke off")));
    assertThat(share().result()).isEqualTo(ExecutionStatus.UNKNOWN);

    cluster.answer = CallOutcome.failed(new CallFault.Unavailable("no route"));
    assertThat(share().exit()).isEqualTo(ExitCode.UNREACHABLE);
  }

  @Test
  void stopsAtTheKillSwitch() throws Exception {
    world.agent().freeze("olivia", "incident 4711");

    var ended = share();

    assertThat(ended.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(ended.reason()).contains("olivia", "deployclaw thaw");
    assertThat(cluster.asked).isEmpty();
  }

  @Test
  void writesNothingWhileTheKillSwitchCannotBeRead() throws Exception {
    world.store.reachable(false);

    assertThat(share().exit()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(cluster.asked).isEmpty();
  }

  @Test
  void isRefusedWhereNoClusterIs() throws Exception {
    var ended = world.agent().share(world.request("hand over"), "gw");

    assertThat(ended.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(ended.reason()).contains("no gateway runs in Kubernetes");
  }

  private static CallOutcome yes(boolean changed) {
    return CallOutcome.done(
        List.of(MemberReport.yes(MEMBER, "", Map.of("changed", changed, "left", "take it out"))));
  }

  private RequestOutcome share() throws InterruptedException {
    var p = world.ports();
    var all = new ArrayList<BackendExecutor>(List.of(cluster));
    p.executors().names().forEach(n -> all.add(p.executors().named(n).orElseThrow()));
    var ports = FakeEstate.withExecutors(p, p.executors().replacedBy(all));
    return new ChangeService(ports, world.settings("one"), ProgressListener.NONE)
        .share(world.request("hand over"), "gw");
  }

  private static final class Cluster implements BackendExecutor {
    private final List<String> asked = new ArrayList<>();
    private CallOutcome answer = yes(true);

    @Override
    public String name() {
      return "kubernetes";
    }

    @Override
    public Set<String> verbs() {
      return Set.of("share");
    }

    @Override
    public CallOutcome execute(Invocation call) {
      if (call.call() instanceof ExecutorCall.Share(String gateway)) {
        asked.add(gateway);
      }
      return answer;
    }
  }
}
