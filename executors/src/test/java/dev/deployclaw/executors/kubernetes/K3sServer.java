package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import dev.deployclaw.testkit.server.SharedDocker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.apache.commons.lang3.function.Failable;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;

/** A real control plane in a container, where its image can be had. */
public final class K3sServer {
  public static final String IMAGE = "rancher/k3s:v1.34.1-k3s1";

  private K3sServer() {}

  /** Why there can be none here. */
  public static Optional<String> missing() {
    return SharedDocker.missing(IMAGE);
  }

  public static K3sContainer start() {
    var k3s = new K3sContainer(DockerImageName.parse(IMAGE));
    k3s.start();
    return k3s;
  }

  /**
   * Its administrator's connection.
   *
   * @param folder for the file that says how it is reached
   */
  public static KubernetesConnection link(K3sContainer k3s, Path folder, Duration answer) {
    var file = folder.resolve("k3s");
    Failable.run(() -> Files.writeString(file, k3s.getKubeConfigYaml()));
    var access = new KubernetesConnection.Access(Optional.of(file), Optional.empty());
    return new KubernetesConnection(access, answer);
  }
}
