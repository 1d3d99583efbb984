package dev.deployclaw.testkit.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A Docker daemon for tests: one of our own where root may start one, else one that runs already.
 * Everything that a test makes in it carries {@link #label}, so that in a daemon that isn't ours
 * nothing else is removed at the end.
 */
public final class TestDockerDaemon implements AutoCloseable {
  private static final String LABEL = "dev.deployclaw.testkit";
  private static final Path RUNNING = Path.of("/var/run/docker.sock");
  private static final Duration ANSWER = Duration.ofSeconds(60);
  private static final Duration LONGEST_SILENCE = Duration.ofHours(1);

  private final String id = UUID.randomUUID().toString().substring(0, 8);
  private final String host;
  private final Optional<DockerdProcess> own;
  private final DockerClient client;

  private TestDockerDaemon(String host, Optional<DockerdProcess> own) {
    this.host = host;
    this.own = own;
    this.client = connect(host);
  }

  /** Why none can be had here, for people, with what would help; empty where one can. */
  public static Optional<String> missing() {
    return DockerdProcess.missing().filter(_ -> running().isEmpty());
  }

  /** In a folder that may be removed after {@link #close}. */
  public static TestDockerDaemon start(Path folder) {
    var missing = DockerdProcess.missing();
    if (missing.isEmpty()) {
      var daemon = DockerdProcess.start(folder);
      return new TestDockerDaemon(daemon.host(), Optional.of(daemon));
    }
    return running()
        .map(host -> new TestDockerDaemon(host, Optional.empty()))
        .orElseThrow(() -> new IllegalStateException(missing.get()));
  }

  /** The daemon that listens there, for somebody else's looks; the caller closes it. */
  public static DockerClient connect(String host) {
    return client(host, ANSWER);
  }

  /** For events, which may be silent for long; the caller closes it. */
  public DockerClient streaming() {
    return client(host, LONGEST_SILENCE);
  }

  public String host() {
    return host;
  }

  public DockerClient client() {
    return client;
  }

  /** To be put on every container, network and volume that a test makes. */
  public Map<String, String> label() {
    return Map.of(LABEL, id);
  }

  /** The daemon, where it is ours: it may be stopped. */
  public Optional<DockerdProcess> own() {
    return own;
  }

  /** Makes an image with NGINX from the programs of this machine; returns its name. */
  public String nginxImage() {
    loadNginx(client, image());
    return image();
  }

  public static void loadNginx(DockerClient client, String name) {
    TestBaseImages.nginx(client, name);
  }

  /**
   * Puts local images under the names that a Dockerfile starts from, so that it is built without
   * pulling anything.
   *
   * @param jdk of an image with this JVM's JDK and a shell
   * @param base of an image with a shell and the libraries that a JRE needs
   * @throws IllegalStateException in a daemon that isn't ours, where the names may stand for others
   */
  public void javaImages(String jdk, String base) {
    mayName();
    TestBaseImages.jdk(client, jdk);
    TestBaseImages.base(client, base);
  }

  /** Puts this machine's program under its official name, in a daemon of our own only. */
  public void serverImage(OfficialImage image) {
    mayName();
    TestBaseImages.server(client, image);
  }

  private void mayName() {
    if (own.isEmpty()) {
      throw new IllegalStateException("names of images are given in a daemon of our own only");
    }
  }

  @Override
  public void close() {
    try (var _ = client) {
      if (own.isEmpty() || own.get().alive()) {
        removeAll();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      own.ifPresent(DockerdProcess::close);
    }
  }

  private void removeAll() {
    var ours = own.isPresent() ? List.<String>of() : List.of(LABEL + "=" + id);
    var containers = client.listContainersCmd().withShowAll(true).withLabelFilter(ours).exec();
    containers.forEach(
        c -> client.removeContainerCmd(c.getId()).withForce(true).withRemoveVolumes(true).exec());
    client.listNetworksCmd().withFilter("type", List.of("custom")).exec().stream()
        .filter(n -> own.isPresent() || id.equals(n.getLabels().get(LABEL)))
        .forEach(n -> client.removeNetworkCmd(n.getId()).exec());
    client.listVolumesCmd().exec().getVolumes().stream()
        .filter(
            v -> own.isPresent() || (v.getLabels() != null && id.equals(v.getLabels().get(LABEL))))
        .forEach(v -> client.removeVolumeCmd(v.getName()).exec());
    client
        .listImagesCmd()
        .withReferenceFilter(image())
        .exec()
        .forEach(i -> client.removeImageCmd(i.getId()).withForce(true).exec());
  }

  private String image() {
    return "deployclaw-test-" + id + ":nginx";
  }

  private static Optional<String> running() {
    String host = System.getenv().getOrDefault("DOCKER_HOST", "unix://" + RUNNING);
    if (host.startsWith("unix://")
        && !Files.isWritable(Path.of(host.substring("unix://".length())))) {
      return Optional.empty();
    }
    try (var client = connect(host)) {
      client.pingCmd().exec();
      return Optional.of(host);
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private static DockerClient client(String host, Duration longestSilence) {
    var config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost(host)
            .withDockerTlsVerify(false)
            .build();
    var http =
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(config.getDockerHost())
            .connectionTimeout(ANSWER)
            .responseTimeout(longestSilence)
            .build();
    return DockerClientImpl.getInstance(config, http);
  }
}
