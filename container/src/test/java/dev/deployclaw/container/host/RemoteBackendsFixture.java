package dev.deployclaw.container.host;

import dev.deployclaw.container.config.ConfigRole;
import dev.deployclaw.container.config.reader.ConfigReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The agent's side of a host that a test has at the socket {@code s} of its folder. */
final class RemoteBackendsFixture {
  private RemoteBackendsFixture() {}

  static RemoteBackends in(Path folder, HostKeeper host) throws Exception {
    var file =
        Files.writeString(
            folder.resolve("deployclaw.yaml"),
            """
            etcd: {endpoints: ["http://127.0.0.1:9"]}
            redis: {nodes: ["127.0.0.1:9"]}
            s3: {endpoint: "http://127.0.0.1:9", bucket: b, accessKeyFile: none, secretKeyFile: none}
            nats: {url: "nats://127.0.0.1:9"}
            """);
    var config = ConfigReader.read(file, Map.of(), ConfigRole.AGENT);
    return RemoteBackends.of(config, host, folder.resolve("s"), "test");
  }
}
