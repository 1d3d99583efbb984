package dev.deployclaw.lab.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.core.environment.SecretText;
import dev.deployclaw.testkit.file.TestFiles;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.JavaProgram;
import dev.deployclaw.testkit.process.LaunchSpec;
import dev.deployclaw.testkit.process.LocalServer;
import dev.deployclaw.testkit.server.TestCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.apache.commons.lang3.function.Failable;
import org.jspecify.annotations.Nullable;

/**
 * A Kubernetes cluster of one process on this machine, which outlives the process that started it:
 * an API server, and what controllers and a node do. Its objects are kept in files, and are there
 * again when it is started again; its pods' processes go on meanwhile.
 */
public final class LocalCluster implements LocalServer {
  /** Pods by namespace and name, each in a folder. */
  public static final String PODS = "pods";

  /** In the folder of a pod that isn't to be started again. */
  public static final String HELD = PodRun.HELD;

  /** The volume from which a gateway's pod reads its file. */
  public static final String GATEWAY_VOLUME = "deployclaw";

  /** Below the lab's folder: namespaces whose pods get an NGINX without {@code auth_request}. */
  public static final String OLD_NODES = "faults/old-node";

  /** Below the lab's folder: there while nobody but the API server and the node works. */
  public static final String CONTROLLERS_AWAY = "faults/controllers-away";

  static final String TLS = "tls";
  static final String TOKEN = "token";
  private static final String CERTIFICATE = "it.crt";
  private static final String PORT = "port";

  private static final String NAME = "kubernetes";
  private static final String KUBECONFIG = "kubeconfig";
  private static final Duration READY = Duration.ofSeconds(90);
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final int TOKEN_BYTES = 16;

  private final Path folder;
  private final DaemonProcess daemon;
  private @Nullable HttpClient client;

  private LocalCluster(Path folder, DaemonProcess daemon) {
    this.folder = folder;
    this.daemon = daemon;
  }

  /** Starts an empty one in its part of a lab's folder, and waits until it answers. */
  public static LocalCluster spawn(Path labFolder) {
    var lab = labFolder.toAbsolutePath().normalize();
    var folder = lab.resolve(NAME);
    int port = FreePortFinder.free();
    try {
      Files.createDirectories(folder);
      String token = SecretText.hex(TOKEN_BYTES);
      TestFiles.secret(folder.resolve(TOKEN), token);
      Files.writeString(folder.resolve(PORT), Integer.toString(port));
      TestCertificate.make(folder.resolve(TLS), "CN=kubernetes");
      TestFiles.secret(folder.resolve(KUBECONFIG), kubeconfig(folder, port, token));
      TestFiles.secret(folder.resolve("admin.kubeconfig"), kubeconfig(folder, port, token));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Exception e) {
      throw new IllegalStateException("the cluster gets no certificate", e);
    }
    var daemon = DaemonProcess.start(new LaunchSpec(folder, NAME, command(lab, folder, port)));
    var cluster = new LocalCluster(folder, daemon);
    daemon.awaitReady(READY, cluster::answers);
    return cluster;
  }

  public static boolean isIn(Path labFolder) {
    return Files.exists(labFolder.resolve(NAME).resolve(KUBECONFIG));
  }

  public static LocalCluster adopt(Path labFolder) {
    var folder = labFolder.toAbsolutePath().normalize().resolve(NAME);
    var daemon = DaemonProcess.adopt(folder.resolve(NAME + ".pid"));
    return new LocalCluster(
        folder,
        daemon.orElseThrow(() -> new IllegalStateException("no cluster was started in " + folder)));
  }

  public static Path volume(Path pod, String name) {
    return PodFiles.folder(pod, name);
  }

  /**
   * The agent that runs in a pod beside its gateway, by the folder that the pod has on this
   * machine.
   */
  public static Optional<DaemonProcess> agent(Path pod) {
    return AgentContainer.left(pod);
  }

  public static void stop(Path labFolder) {
    var pidFile = labFolder.toAbsolutePath().normalize().resolve(NAME).resolve(NAME + ".pid");
    DaemonProcess.adopt(pidFile).ifPresent(DaemonProcess::kill);
  }

  /** From now on its kubeconfig lets in a service account instead of an administrator. */
  public void admit(String namespace, String account) {
    String accounts = "/api/v1/namespaces/" + namespace + "/serviceaccounts/" + account;
    var answer = json(send("POST", accounts + "/token", "application/json", "{}"));
    Failable.run(() -> {
      Files.deleteIfExists(folder.resolve(KUBECONFIG));
      TestFiles.secret(
          folder.resolve(KUBECONFIG),
          kubeconfig(folder, port(), answer.at("/status/token").asText()));
    });
  }

  public Path kubeconfig() {
    return folder.resolve(KUBECONFIG);
  }

  public URI url() {
    return URI.create("https://127.0.0.1:" + port());
  }

  public Path certificate() {
    return folder.resolve(TLS).resolve(CERTIFICATE);
  }

  public Path token() {
    return folder.resolve(TOKEN);
  }

  @Override
  public List<DaemonProcess> daemons() {
    return List.of(daemon);
  }

  public boolean answers() {
    try {
      return send("GET", "/version", "", "").statusCode() == 200;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  public JsonNode get(String path) {
    return json(send("GET", path, "", ""));
  }

  public List<JsonNode> list(String path) {
    var out = new ArrayList<JsonNode>();
    get(path).path("items").forEach(out::add);
    return out;
  }

  public JsonNode create(String collection, String manager, JsonNode object) {
    String target = collection + "?fieldManager=" + manager;
    return json(send("POST", target, "application/json", object.toString()));
  }

  public JsonNode merge(String path, String manager, ObjectNode patch) {
    String target = path + "?fieldManager=" + manager;
    return json(send("PATCH", target, "application/merge-patch+json", patch.toString()));
  }

  public JsonNode apply(String path, String manager, JsonNode object) {
    String target = path + "?fieldManager=" + manager + "&force=true";
    return json(send("PATCH", target, "application/apply-patch+yaml", object.toString()));
  }

  public void delete(String path) {
    json(send("DELETE", path, "", ""));
  }

  private HttpResponse<String> send(String method, String target, String type, String body) {
    var request =
        HttpRequest.newBuilder(URI.create(url() + target))
            .timeout(ANSWER)
            .header("Authorization", "Bearer " + read(TOKEN))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (!type.isEmpty()) {
      request.header("Content-Type", type);
    }
    try {
      return client().send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking the API server", e);
    }
  }

  private synchronized HttpClient client() {
    if (client == null) {
      client = TestCertificate.trusting(certificate()).connectTimeout(ANSWER).build();
    }
    return client;
  }

  private static JsonNode json(HttpResponse<String> answer) {
    if (answer.statusCode() >= 300) {
      throw new IllegalStateException(
          "the API server answers %d: %s".formatted(answer.statusCode(), answer.body()));
    }
    return Failable.get(() -> ApiServer.JSON.readTree(answer.body()));
  }

  public int port() {
    return Integer.parseInt(read(PORT));
  }

  private String read(String name) {
    return Failable.get(() -> Files.readString(folder.resolve(name)));
  }

  private static String kubeconfig(Path folder, int port, String token) throws IOException {
    byte[] certificate = Files.readAllBytes(folder.resolve(TLS).resolve(CERTIFICATE));
    return """
    apiVersion: v1
    kind: Config
    current-context: lab
    clusters:
    - name: lab
      cluster: {server: "https://127.0.0.1:%d", certificate-authority-data: %s}
    contexts: [{name: lab, context: {cluster: lab, user: lab}}]
    users: [{name: lab, user: {token: %s}}]
    """
        .formatted(port, Base64.getEncoder().encodeToString(certificate), token);
  }

  private static List<String> command(Path lab, Path folder, int port) {
    return JavaProgram.of(
            ClusterProcess.class.getName(),
            List.of(
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx160m",
                "-Dlogback.configurationFile=dev/deployclaw/testkit/s3-logback.xml"))
        .command(
            List.of(
                folder.toString(),
                Integer.toString(port),
                lab.resolve(PODS).toString(),
                lab.resolve(OLD_NODES).toString(),
                lab.resolve(CONTROLLERS_AWAY).toString()));
  }
}
