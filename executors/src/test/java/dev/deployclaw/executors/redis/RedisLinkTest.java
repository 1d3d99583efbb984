package dev.deployclaw.executors.redis;

import static dev.deployclaw.core.spi.MemberReport.Answer.UNKNOWN;
import static dev.deployclaw.core.spi.MemberReport.Answer.YES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.NetworkedContainer;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.redis.cluster.NodeAddress;
import dev.deployclaw.executors.redis.cluster.NodeCommands;
import dev.deployclaw.executors.redis.cluster.ReconnectingConnection;
import dev.deployclaw.executors.redis.cluster.RedisSettings;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.docker.OfficialImage;
import dev.deployclaw.testkit.server.OnContainers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A node whose link only Docker can cut. */
@OnContainers
@Slow(
    guard = "dev.deployclaw.executors.redis.RedisOutageTest",
    because = "it starts a Docker daemon and makes an image")
class RedisLinkTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int PORT = 6379;
  private static final int BUS = 16_379;
  private static final NetworkedContainer.Launch LAUNCH =
      new NetworkedContainer.Launch(
          OfficialImage.REDIS,
          PORT,
          words(
              List.of(
                  "--port " + PORT,
                  "--cluster-port " + BUS,
                  "--cluster-enabled yes",
                  "--cluster-node-timeout 60000",
                  "--cluster-require-full-coverage no",
                  "--bind 0.0.0.0",
                  "--protected-mode no",
                  "--save ''")),
          List.of());

  @Test
  void aPublishIsOpenWhereTheNodeIsCutOffAndIsRepeatedWhenItIsBack() throws Exception {
    try (var near = NetworkedContainer.start(LAUNCH);
        var far = near.beside(LAUNCH)) {
      form(near, far);
      try (var executor =
          new RedisExecutor(settings(near, Duration.ofSeconds(2)), () -> FenceMark.NOBODY)) {
        var epoch = ClusterFixture.activation(1, SampleSets.of(20));
        assertThat(answers(executor, new ExecutorCall.Stage(epoch)).values()).containsOnly(YES);
        assertThat(answers(executor, new ExecutorCall.Prepare(epoch)).values()).containsOnly(YES);
        far.disconnect();

        var lost = answers(executor, new ExecutorCall.Publish(epoch));
        far.reconnect();

        assertThat(lost).containsEntry(member(near), YES).containsEntry(member(far), UNKNOWN);
        BoundedWait.until("both act on the epoch", SOON, () -> acts(executor, epoch));
      }
    }
  }

  private static List<String> words(List<String> options) {
    return options.stream().flatMap(o -> List.of(o.split(" ", 2)).stream()).toList();
  }

  /** A cluster of two nodes, each with half of the slots. */
  private static void form(NetworkedContainer near, NetworkedContainer far)
      throws InterruptedException {
    try (var one = link(near);
        var other = link(far)) {
      for (var node : Map.of(near, one, far, other).entrySet()) {
        BoundedWait.until("it answers", SOON, () -> said(node.getValue(), "PING").equals("PONG"));
        said(
            node.getValue(),
            "CONFIG",
            "SET",
            "cluster-announce-ip",
            node.getKey().address().host());
      }
      said(one, "CLUSTER", "ADDSLOTSRANGE", "0", "8191");
      said(other, "CLUSTER", "ADDSLOTSRANGE", "8192", "16383");
      said(other, "CLUSTER", "SET-CONFIG-EPOCH", "2");
      said(one, "CLUSTER", "MEET", far.address().host(), "" + PORT, "" + BUS);
      for (var node : List.of(one, other)) {
        BoundedWait.until(
            "the cluster is whole", SOON, () -> isWhole(said(node, "CLUSTER", "INFO")));
      }
    }
  }

  private static boolean isWhole(String info) {
    return info.contains("cluster_state:ok") && info.contains("cluster_slots_ok:16384");
  }

  private static ReconnectingConnection link(NetworkedContainer node) {
    return new ReconnectingConnection(
        NodeAddress.parse(node.address().toString()), settings(node, SOON));
  }

  private static String said(ReconnectingConnection link, String name, String... arguments) {
    try {
      return link.call(c -> "" + NodeCommands.text(NodeCommands.one(c, name, arguments)));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static RedisSettings settings(NetworkedContainer node, Duration timeout) {
    return new RedisSettings(
        List.of(node.address().toString()), timeout, Optional.empty(), Optional.empty());
  }

  /** By member; empty where the call failed. */
  private static Map<String, Answer> answers(RedisExecutor executor, ExecutorCall call)
      throws InterruptedException {
    var outcome =
        executor.execute(
            new Invocation("redis", call, new FencingToken("a", 1), Duration.ofSeconds(20)));
    return outcome instanceof CallOutcome.Done done
        ? done.reports().stream().collect(Collectors.toMap(r -> r.member(), r -> r.answer()))
        : Map.of();
  }

  private static String member(NetworkedContainer node) {
    return "redis/" + node.address();
  }

  private static boolean acts(RedisExecutor executor, EpochSpec epoch) {
    try {
      var published = answers(executor, new ExecutorCall.Publish(epoch));
      var all = answers(executor, new ExecutorCall.Converge(epoch));
      return published.size() == 2
          && all.size() == 2
          && Set.copyOf(all.values()).equals(Set.of(YES));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
