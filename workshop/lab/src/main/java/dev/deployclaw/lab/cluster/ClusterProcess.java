package dev.deployclaw.lab.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
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

  /** The controllers, which can be away while API server and node go on. */
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

  private static void look(Controllers controllers, NodeAgent node) {
    try {
      controllers.look();
      node.look();
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("A look at the cluster failed");
    }
  }

  /**
   * Puts into each namespace what Kubernetes itself puts there: a ConfigMap of the cluster's
   * certificate, and the service account of pods that name none. For one thread.
   */
  private static final class NamespaceController {
    private static final String MANAGER = DeploymentController.MANAGER;
    private static final String ROOT = "kube-root-ca.crt";

    private final ApiServer api;
    private final String certificate;
    private final Set<String> done = new HashSet<>();

    /** With the certificate by which the API server proves to be itself. */
    NamespaceController(ApiServer api, String certificate) {
      this.api = api;
      this.certificate = certificate;
    }

    void look() {
      for (String path : api.objects(p -> p.matches("/api/v1/namespaces/[^/]+")).keySet()) {
        if (done.add(path)) {
          ObjectNode map = ApiServer.JSON.createObjectNode();
          map.putObject("data").put("ca.crt", certificate);
          add(path + "/configmaps/", ROOT, map);
          add(path + "/serviceaccounts/", "default", ApiServer.JSON.createObjectNode());
        }
      }
    }

    private void add(String collection, String name, ObjectNode object) {
      if (api.object(collection + name).isEmpty()) {
        String namespace = collection.split("/", -1)[4];
        object.putObject("metadata").put("namespace", namespace).put("name", name);
        api.put(collection + name, MANAGER, object);
      }
    }
  }
}
