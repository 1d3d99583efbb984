package dev.deployclaw.executors.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.NetworkedContainer;
import dev.deployclaw.policy.gateway.EdgePolicy;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.docker.OfficialImage;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.server.OnContainers;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gateway of files in a container that shares its folder and its process numbers with the
 * executor. Files and signals reach it whatever happens to its network; its answers don't.
 */
@OnContainers
@Slow(
    guard = "dev.deployclaw.executors.gateway.FileGatewayExecutorTest",
    because = "it starts a Docker daemon and makes an image")
class GatewayLinkTest {
  private static final Duration SOON = Duration.ofMinutes(1);

  /** From where a daemon's host reaches its containers. */
  private static final List<String> HERE = List.of("10.0.0.0/8", "172.16.0.0/12");

  @TempDir Path root;

  @AutoClose private NetworkedContainer nginx;
  private FileGateway gateway;
  private FileGatewayExecutor executor;
  private EpochSpec first;

  @BeforeEach
  void start() throws Exception {
    int port = FreePortFinder.free();
    Path folder = root.toRealPath().resolve("gw");
    Files.createDirectories(folder.resolve("epochs/0"));
    Files.writeString(
        folder.resolve("epochs/0/nginx.conf"), GatewayEstate.byHand(folder, "0.0.0.0:" + port));
    Files.createSymbolicLink(folder.resolve("live"), Path.of("epochs/0"));
    nginx =
        NetworkedContainer.start(
            new NetworkedContainer.Launch(
                OfficialImage.NGINX,
                port,
                List.of("-p", folder + "/", "-c", folder + "/live/nginx.conf", "-g", "user root;"),
                List.of(root)));
    gateway = gateway(folder, port);
    executor = GatewayEstate.executor(List.of(gateway));
    first = GatewayEstate.activation(GatewayEstate.set(List.of(gateway)), 1);
    BoundedWait.until(
        "it answers", SOON, () -> ask(new ExecutorCall.Look("topology", Map.of())) == Answer.YES);
    assertThat(ask(new ExecutorCall.Stage(first))).isEqualTo(Answer.YES);
    assertThat(ask(new ExecutorCall.Prepare(first))).isEqualTo(Answer.YES);
  }

  @Test
  void nothingIsSaidOfAPausedOneUntilItGoesOn() {
    nginx.pause();
    var published = ask(new ExecutorCall.Publish(first));
    var paused = ask(new ExecutorCall.Converge(first));
    nginx.resume();

    assertThat(paused).as("published: %s", published).isNotEqualTo(Answer.YES);
    awaitConverged();
  }

  @Test
  void aDisconnectedOneTakesTheFileAndIsUnknownUntilItIsBack() {
    nginx.disconnect();
    ask(new ExecutorCall.Publish(first));
    BoundedWait.until(
        "its worker of the older file is gone",
        SOON,
        () -> {
          var cutOff = ask(new ExecutorCall.Converge(first));
          assertThat(cutOff).isNotEqualTo(Answer.YES);
          return cutOff == Answer.UNKNOWN;
        });

    nginx.reconnect();
    awaitConverged();
  }

  private void awaitConverged() {
    BoundedWait.until(
        "it acts on the file",
        SOON,
        () ->
            ask(new ExecutorCall.Publish(first)) == Answer.YES
                && ask(new ExecutorCall.Converge(first)) == Answer.YES);
  }

  private Answer ask(ExecutorCall call) {
    return GatewayEstate.ask(executor, call).stream()
        .map(MemberReport::answer)
        .findFirst()
        .orElse(Answer.UNKNOWN);
  }

  private FileGateway gateway(Path folder, int port) {
    Path pidFile = folder.resolve("nginx.pid");
    String elsewhere = "127.0.0.1:9";
    var site =
        new GatewaySite(
            "0.0.0.0:" + port,
            elsewhere,
            new TreeMap<>(Map.of("search", elsewhere)),
            pidFile,
            folder.resolve("access.log"),
            true,
            Duration.ofSeconds(5),
            HERE,
            EdgePolicy.NONE);
    var url = URI.create(nginx.url());
    return new FileGateway(
        "gw", "edge", folder, Path.of("/usr/sbin/nginx"), pidFile, url, site, Optional.empty());
  }
}
