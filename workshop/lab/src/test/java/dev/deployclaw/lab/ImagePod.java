package dev.deployclaw.lab;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Bind;
import dev.deployclaw.lab.stop.StopPointDecorator;
import dev.deployclaw.policy.wire.ProbeKeyPair;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;

/**
 * Agent and executor host as two containers with a socket between them, on the lab's configuration:
 * each with a user, secrets and a volume of its own.
 */
final class ImagePod {
  static final int AGENT_USER = 10_001;
  static final int HOST_USER = 10_004;

  private static final String SOCKETS = "/run/deployclaw";
  private static final String STATE = "/var/lib/deployclaw";
  private static final String SECRETS = "/run/secrets";
  private static final String CLASS_PATH = "/opt/deployclaw/classpath";
  private static final String STOP_JAR = "/opt/deployclaw/app/stop.jar";
  private static final Pattern API_SERVER = Pattern.compile("server: \"[^\"]*:(\\d+)\"");

  private final ImageContainers containers;
  private final LabFixture scene;
  private final Path folder;
  private final Path config;

  ImagePod(ImageContainers containers, LabFixture scene, Path folder) throws IOException {
    this.containers = containers;
    this.scene = scene;
    this.folder = Files.createDirectories(folder);
    this.config = Files.writeString(folder.resolve("deployclaw.yaml"), configuration());
    var keys = ProbeKeyPair.generate();
    secret("agent", AGENT_USER, "probe.pub", keys.publicKey() + "\n");
    secret("host", HOST_USER, "probe.key", keys.publicKey() + "\n" + keys.privateKey() + "\n");
    var tokens = ServedApiClient.tokens(folder.resolve("agent"));
    Files.setAttribute(tokens, "unix:uid", AGENT_USER);
    var lab = scene.lab().folder();
    for (var name : List.of("keys/s3.access", "keys/s3.secret", "kubernetes/kubeconfig")) {
      var copy = folder.resolve("host").resolve(Path.of(name).getFileName());
      Files.copy(lab.resolve(name), copy, StandardCopyOption.COPY_ATTRIBUTES);
      Files.setAttribute(copy, "unix:uid", HOST_USER);
    }
    addStopPoints();
    var arguments = containers.said(ImageTest.AGENT, "/usr/bin/cat", CLASS_PATH);
    Files.writeString(
        folder.resolve("classpath"), String.join("\n", arguments) + ":" + STOP_JAR + "\n");
  }

  /** The container that acts, not started yet. */
  CreateContainerCmd host(String image) {
    var binds = new ArrayList<>(binds("host"));
    binds.add("work:" + STATE);
    binds.add("socket:" + SOCKETS);
    binds.add(folder.resolve("host/probe.key") + ":" + STATE + "/probe.key:ro");
    var environment =
        Map.of(
            "DEPLOYCLAW_S3_ACCESS_KEY_FILE", SECRETS + "/s3.access",
            "DEPLOYCLAW_S3_SECRET_KEY_FILE", SECRETS + "/s3.secret",
            "DEPLOYCLAW_KUBERNETES_KUBECONFIG", SECRETS + "/kubeconfig");
    return container(image, binds, List.of(), environment);
  }

  /** The container that plans, not started yet: it gets none of the host's secrets. */
  CreateContainerCmd agent(String image, int port, Map<String, String> more) throws IOException {
    var binds = new ArrayList<>(binds("agent"));
    binds.add("state:" + STATE);
    binds.add("socket:" + SOCKETS + ":ro");
    binds.add(folder.resolve("agent/probe.pub") + ":" + STATE + "/probe.pub:ro");
    var environment = new TreeMap<>(more);
    environment.put("DEPLOYCLAW_SERVE_LISTEN", "127.0.0.1:" + port);
    environment.put("DEPLOYCLAW_SERVE_TOKENS_FILE", SECRETS + "/tokens.yaml");
    var stop = more.get("DEPLOYCLAW_STOP_DIR");
    if (stop != null) {
      var there = Files.createDirectories(Path.of(stop));
      Files.setAttribute(there, "unix:uid", AGENT_USER);
      binds.add(stop + ":" + stop);
    }
    return container(image, binds, List.of(Integer.toString(HOST_USER)), environment);
  }

  private CreateContainerCmd container(
      String image, List<String> binds, List<String> groups, Map<String, String> environment) {
    var host =
        ImageContainers.confined()
            .withNetworkMode("host")
            .withBinds(binds.stream().map(Bind::parse).toList());
    host.withGroupAdd(groups);
    return containers.of(image).withHostConfig(host).withEnv(ImageContainers.lines(environment));
  }

  private List<String> binds(String half) {
    return List.of(
        config + ":/etc/deployclaw/deployclaw.yaml:ro",
        folder.resolve(half) + ":" + SECRETS + ":ro",
        folder.resolve("stop.jar") + ":" + STOP_JAR + ":ro",
        folder.resolve("classpath") + ":" + CLASS_PATH + ":ro");
  }

  /** The lab's, with the host's socket in place of its own host; the API server's port is open. */
  private String configuration() throws IOException {
    var kubeconfig = Files.readString(scene.lab().folder().resolve("kubernetes/kubeconfig"));
    var port = API_SERVER.matcher(kubeconfig);
    if (!port.find()) {
      throw new IllegalStateException("no server in " + kubeconfig);
    }
    return Files.readString(scene.lab().config()).replaceFirst("(?m)^host: .*\n", "")
        + "host: {socket: %s/host.sock, keyFile: %s/host.key, ports: [%s]}\n"
            .formatted(SOCKETS, SOCKETS, port.group(1));
  }

  private void secret(String half, int user, String name, String text) throws IOException {
    var file = Files.createDirectories(folder.resolve(half)).resolve(name);
    Files.writeString(file, text);
    Files.setAttribute(file, "unix:uid", user);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
  }

  /** So that a test stops an agent at a call; the images themselves have none. */
  private void addStopPoints() throws IOException {
    String classes = StopPointDecorator.class.getPackageName().replace('.', '/');
    try (var jar = new JarOutputStream(Files.newOutputStream(folder.resolve("stop.jar")))) {
      var compiled =
          Path.of(
                  StopPointDecorator.class
                      .getProtectionDomain()
                      .getCodeSource()
                      .getLocation()
                      .toURI())
              .resolve(classes);
      try (var files = Files.list(compiled)) {
        for (Path file : files.sorted().toList()) {
          jar.putNextEntry(new JarEntry(classes + "/" + file.getFileName()));
          jar.write(Files.readAllBytes(file));
        }
      }
      jar.putNextEntry(
          new JarEntry("META-INF/services/dev.deployclaw.container.wiring.PortDecorator"));
      jar.write((StopPointDecorator.class.getName() + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
