package dev.deployclaw.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.World;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VolumeSharingTest {
  private static final String MEMBER = "gateway/edge/gw";

  private final World world = new World();
  private final Cluster cluster = new Cluster();

  @Test
  void leavesALogOfWhatWasSharedAndOfWhatIsLeft() throws Exception {
    cluster.answer = yes(true);

    var ended = share();

    assertThat(ended.result()).isEqualTo(Result.COMPLETED);
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

    assertThat(share().result()).isEqualTo(Result.NO_CHANGE);
  }

  @Test
  void tellsWhatTheServerRefuses() throws Exception {
    cluster.answer = Outcome.done(List.of(Report.no(MEMBER, "may not patch deployments gw")));

    var ended = share();

    assertThat(ended.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(ended.reason()).contains("may not patch deployments gw");
  }

  @Test
  void whatGotNoAnswerIsUnknownAndWhatWasNotReachedIsUnchanged() throws Exception {
    cluster.answer = Outcome.done(List.of(Report.unknown(MEMBER, "broke off")));
    assertThat(share().result()).isEqualTo(Result.UNKNOWN);

    cluster.answer = Outcome.failed(new Fault.Unavailable("no route"));
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

  private static Outcome yes(boolean changed) {
    return Outcome.done(
        List.of(Report.yes(MEMBER, "", Map.of("changed", changed, "left", "take it out"))));
  }

  private Ended share() throws InterruptedException {
    var p = world.ports();
    var all = new ArrayList<Executor>(List.of(cluster));
    p.executors().names().forEach(n -> all.add(p.executors().named(n).orElseThrow()));
    var ports =
        new Ports(
            p.state(),
            p.objects(),
            p.executors().replacedBy(all),
            p.recorder(),
            p.journal(),
            p.planner(),
            p.playbook(),
            p.time(),
            p.writers());
    return new Architect(ports, world.settings("one"), Progress.NONE)
        .share(world.request("hand over"), "gw");
  }

  private static final class Cluster implements Executor {
    private final List<String> asked = new ArrayList<>();
    private Outcome answer = yes(true);

    @Override
    public String name() {
      return "kubernetes";
    }

    @Override
    public Set<String> verbs() {
      return Set.of("share");
    }

    @Override
    public Outcome execute(Invocation call) {
      if (call.call() instanceof Call.Share(String gateway)) {
        asked.add(gateway);
      }
      return answer;
    }
  }
}
