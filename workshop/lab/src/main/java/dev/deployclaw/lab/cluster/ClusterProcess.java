package dev.deployclaw.lab.cluster;

import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process that {@link LocalCluster} starts: serves, controls and runs pods until it is killed.
 */
public final class ClusterProcess {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterProcess.class);
  private static final Duration LOOK = Duration.ofMillis(100);

  private ClusterProcess() {}

  /**
   * @param args its folder, the port, the folder of pods, the folder of faulty namespaces, the file
   *     that is there while controllers are away
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    String token = Files.readString(folder.resolve(LocalCluster.TOKEN));
    var tls = new ApiServer.Tls(certificate(folder, "it.crt"), certificate(folder, "it.key"));
    var api = ApiServer.start(Integer.parseInt(args[1]), folder.resolve("objects"), token, tls);
    var controllers =
        new Controllers(
            Path.of(args[4]),
            new DeploymentController(api),
            new ReplicaSetController(api),
            new NamespaceController(api, Files.readString(tls.certificate())));
    var node = new NodeAgent(api, Path.of(args[2]), Path.of(args[3]));
    var looks = Executors.newSingleThreadScheduledExecutor();
    var _ =
        looks.scheduleWithFixedDelay(
            () -> look(controllers, node), 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static Path certificate(Path folder, String name) {
    return folder.resolve(LocalCluster.TLS).resolve(name);
  }

  /**
   * The controllers, which can be away while API server and node go on.
   *
   * @param away there while they are
   */
  private record Controllers(
      Path away,
      DeploymentController deployments,
      ReplicaSetController sets,
      NamespaceController namespaces) {
    void look() {
      if (!Files.exists(away)) {
        deployments.look();
        sets.look();
        namespaces.look();
      }
    }
  }

  /** What goes wrong at one look may go right at the next. */
  private static void look(Controllers controllers, NodeAgent node) {
    try {
      controllers.look();
      node.look();
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("A look at the cluster failed");
    }
  }
}
