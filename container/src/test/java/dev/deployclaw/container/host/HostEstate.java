package dev.deployclaw.container.host;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.ConfigRole;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.testkit.redis.RedisNode;
import dev.deployclaw.testkit.server.EtcdServer;
import dev.deployclaw.testkit.server.NatsServer;
import dev.deployclaw.testkit.server.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/** Real back ends, whose secrets are in files that only an executor host needs to open. */
record HostEstate(Path folder, EtcdServer etcd, NatsServer nats, S3Server s3, RedisNode redis)
    implements AutoCloseable {

  static HostEstate start(Path folder) {
    return new HostEstate(
        folder,
        EtcdServer.start(folder.resolve("etcd")),
        NatsServer.start(folder.resolve("nats")),
        S3Server.start(folder.resolve("s3")),
        RedisNode.start(folder.resolve("redis")));
  }

  /** A configuration of its own state folder, in a folder. */
  Path config(Path into) throws Exception {
    var secret = PosixFilePermissions.fromString("rw-------");
    for (var named : Map.of("access", s3.accessKey(), "secret", s3.secretKey()).entrySet()) {
      var file = Files.writeString(into.resolve(named.getKey()), named.getValue());
      Files.setPosixFilePermissions(file, secret);
    }
    return Files.writeString(
        into.resolve("deployclaw.yaml"),
        """
        stateDir: state
        etcd: {endpoints: ["%s"], timeout: 3s}
        redis: {nodes: ["%s:%d"]}
        s3: {endpoint: "%s", bucket: %s, accessKeyFile: access, secretKeyFile: secret}
        nats: {url: "%s"}
        """
            .formatted(
                etcd.endpoint(),
                redis.address().host(),
                redis.address().port(),
                s3.endpoint(),
                s3.bucket(),
                nats.url()));
  }

  /** As the agent reads it, with a program in the host's place. */
  static HostLaunch launch(Path config, Class<?> main) throws Exception {
    var environment = System.getenv();
    return new HostLaunch(read(config), config, environment, main.getName());
  }

  static AgentConfig read(Path config) throws Exception {
    return ConfigReader.read(config, System.getenv(), ConfigRole.AGENT);
  }

  @Override
  public void close() {
    redis.close();
    s3.close();
    nats.close();
    etcd.close();
  }
}
