package dev.deployclaw.executors.gateway;

import static dev.deployclaw.executors.gateway.GatewayEstate.activation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.policy.gateway.EdgePolicy;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.docker.TestDockerDaemon;
import dev.deployclaw.testkit.network.FreePortFinder;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The gateway's container as {@code compose.yaml} has it, in a real Docker daemon: its user,
 * mounts, read-only root and no capability. The programs in it are this machine's.
 */
class ConfinedGatewayTest {
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final int USER = 10003;

  @TempDir Path root;

  @Test
  void reloadsForTheAgentAndCanChangeNothingOfIts() throws Exception {
    TestDockerDaemon.missing().ifPresent(reason -> assumeTrue(false, reason));
    String listen = "127.0.0.1:" + FreePortFinder.free();
    var gateway = gateway(listen);

    try (var docker = TestDockerDaemon.start(root.resolve("docker"))) {
      String id = start(docker, docker.nginxImage());
      BoundedWait.until("it reports", SOON, () -> Files.exists(root.resolve("reports/process")));
      var first = activation(GatewayEstate.set(List.of(gateway)), 1);

      assertThat(ask(gateway, new ExecutorCall.Stage(first)).answer()).isEqualTo(Answer.YES);
      assertThat(ask(gateway, new ExecutorCall.Publish(first)).answer()).isEqualTo(Answer.YES);
      BoundedWait.until("the gateway acts on it", SOON, () -> converged(gateway, first));

      assertThat(inside(docker, id, "echo x >/srv/gateway/epochs/1/nginx.conf"))
          .contains("Read-only file system");
      assertThat(inside(docker, id, "echo x >/srv/gateway/reload"))
          .contains("Read-only file system");
      assertThat(inside(docker, id, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"))
          .contains("nginx: master process", "/gateway.sh")
          .doesNotContain("surefire");
      assertThat(inside(docker, id, "cat /proc/1/status"))
          .containsPattern("Uid:\\s+" + USER)
          .containsPattern("CapBnd:\\s+0+\\n")
          .containsPattern("NoNewPrivs:\\s+1");
      docker.client().removeContainerCmd(id).withForce(true).exec();
    }
  }

  private static boolean converged(FileGateway gateway, EpochSpec activation) {
    return ask(gateway, new ExecutorCall.Converge(activation)).answer() == Answer.YES;
  }

  private static MemberReport ask(FileGateway gateway, ExecutorCall call) {
    return GatewayEstate.ask(GatewayEstate.executor(List.of(gateway)), call).getFirst();
  }

  private FileGateway gateway(String listen) throws IOException {
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    var folder = root.resolve("gateway");
    var reports = Files.createDirectories(root.resolve("reports"));
    Files.setAttribute(reports, "unix:uid", USER);
    var logs = Files.createDirectories(root.resolve("logs"));
    Files.createSymbolicLink(logs.resolve("access.log"), Path.of("/dev/stdout"));
    Files.createSymbolicLink(logs.resolve("error.log"), Path.of("/dev/stderr"));
    Files.createDirectories(folder.resolve("epochs/0"));
    Files.writeString(folder.resolve("epochs/0/nginx.conf"), byHand(listen));
    Files.createSymbolicLink(folder.resolve("live"), Path.of("epochs/0"));
    var site =
        new GatewaySite(
            listen,
            "127.0.0.1:8089",
            new TreeMap<>(Map.of("search", "127.0.0.1:8088")),
            Path.of("/run/nginx/nginx.pid"),
            Path.of("/var/log/nginx/access.log"),
            true,
            Duration.ofSeconds(1),
            List.of(),
            EdgePolicy.NONE);
    var url = URI.create("http://" + listen);
    return new FileGateway(
        "gw-0",
        "edge",
        folder,
        Path.of("/usr/sbin/nginx"),
        site.pidFile(),
        url,
        site,
        Optional.of(reports));
  }

  private String start(TestDockerDaemon docker, String image) {
    var script = Path.of("../container/compose/gateway.sh").toAbsolutePath().normalize();
    var host =
        HostConfig.newHostConfig()
            .withNetworkMode("host")
            .withReadonlyRootfs(true)
            .withCapDrop(Capability.ALL)
            .withSecurityOpts(List.of("no-new-privileges"))
            .withPidsLimit(64L)
            .withTmpFs(Map.of("/run/nginx", "uid=10003,gid=10003,mode=0700,size=64m"))
            .withBinds(
                Stream.of(
                        script + ":/gateway.sh:ro",
                        root.resolve("gateway") + ":/srv/gateway:ro",
                        root.resolve("reports") + ":/run/gateway",
                        root.resolve("logs") + ":/var/log/nginx:ro",
                        "/usr:/usr:ro",
                        "/lib:/lib:ro",
                        "/lib64:/lib64:ro",
                        "/bin:/bin:ro")
                    .map(Bind::parse)
                    .toList());
    String id =
        docker
            .client()
            .createContainerCmd(image)
            .withLabels(docker.label())
            .withUser(USER + ":" + USER)
            .withEntrypoint("/bin/sh", "/gateway.sh")
            .withEnv("PATH=/usr/sbin:/usr/bin:/sbin:/bin")
            .withHostConfig(host)
            .exec()
            .getId();
    docker.client().startContainerCmd(id).exec();
    return id;
  }

  private static String inside(TestDockerDaemon docker, String id, String command)
      throws Exception {
    String exec =
        docker
            .client()
            .execCreateCmd(id)
            .withCmd("/bin/sh", "-c", command)
            .withAttachStdout(true)
            .withAttachStderr(true)
            .exec()
            .getId();
    var text = new StringBuilder();
    docker
        .client()
        .execStartCmd(exec)
        .exec(
            new ResultCallback.Adapter<Frame>() {
              @Override
              public void onNext(Frame frame) {
                text.append(new String(frame.getPayload(), StandardCharsets.UTF_8));
              }
            })
        .awaitCompletion(SOON.toSeconds(), TimeUnit.SECONDS);
    return text.toString();
  }

  private static String byHand(String listen) {
    return """
    daemon off;
    worker_processes 2;
    pid /run/nginx/nginx.pid;
    error_log /var/log/nginx/error.log;
    events { worker_connections 64; }
    http {
        access_log /var/log/nginx/access.log;
        client_body_temp_path /run/nginx/tmp;
        proxy_temp_path /run/nginx/tmp;
        fastcgi_temp_path /run/nginx/tmp;
        uwsgi_temp_path /run/nginx/tmp;
        scgi_temp_path /run/nginx/tmp;
        server { listen %s; location / { return 200 hand; } }
    }
    """
        .formatted(listen);
  }
}
