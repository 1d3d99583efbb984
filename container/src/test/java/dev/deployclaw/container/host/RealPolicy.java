package dev.deployclaw.container.host;

import dev.deployclaw.container.config.ConfigRole;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.confinement.ConfinementPolicy;
import dev.deployclaw.container.confinement.SocketFilter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The rights that the product gives a host by a configuration. */
public record RealPolicy(ConfinementPolicy policy, SocketFilter sockets) {
  private static final int ROOT = 0;

  /** With an endpoint to connect to, and the host's user. */
  private static final String BACKENDS =
      """
      stateDir: state
      etcd: {endpoints: ["http://127.0.0.1:%d"]}
      redis: {nodes: ["127.0.0.1:%1$d"]}
      s3: {endpoint: "http://127.0.0.1:%1$d", bucket: b, accessKey: a, secretKey: s}
      nats: {url: "nats://127.0.0.1:4222"}
      host: {user: %d}
      """;

  private static final String POD =
      """
      kubernetes:
        policySources: [{namespace: edge}]
      """;

  private static String gateway(int port) {
    return """
    rateLimitServices: [{namespace: edge, url: "http://127.0.0.1:%d"}]
    gateways:
      - name: gw-01
        namespace: edge
        folder: gateway
        pidFile: gateway/nginx.pid
        accessLog: gateway/access.log
        listen: 127.0.0.1:80
        url: http://127.0.0.1:%1$d
        service: 127.0.0.1:8089
        identity: {host: lab.test}
        routes: [{prefix: /search, service: search}]
        upstreams: {search: "127.0.0.1:9001"}
    """
        .formatted(port);
  }

  /**
   * Of a machine whose gateway's folder is root's: the host is of another user, and keeps the
   * capabilities that it needs.
   *
   * @param folder of the configuration; the host's own is below, in {@code state}
   * @param program that it runs
   */
  public static RealPolicy ofGateway(Path folder, int user, int port, Path program)
      throws Exception {
    Files.createDirectories(folder.resolve("gateway"));
    return of(folder, BACKENDS.formatted(port, user) + gateway(port), ROOT, program);
  }

  /** Of a container in a pod, whose user starts it. */
  public static RealPolicy ofPod(Path folder, int user, int port, Path program) throws Exception {
    return of(folder, BACKENDS.formatted(port, user) + POD, user, program);
  }

  private static RealPolicy of(Path folder, String text, int self, Path program) throws Exception {
    var file = Files.writeString(folder.resolve("deployclaw.yaml"), text);
    var config = ConfigReader.read(file, Map.of(), ConfigRole.AGENT);
    var rights = new HostRights(config, HostFiles.of(config), List.of(program), file);
    HostFiles.of(config).prepare(config.host().user());
    return new RealPolicy(rights.policy(self), HostRights.sockets(config));
  }
}
