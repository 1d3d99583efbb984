package dev.deployclaw.lab;

import dev.deployclaw.testkit.redis.RedisCluster;
import io.nats.client.NKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Configurations of the agent, and the files that they name, with planted secrets in them. */
final class SecretConfigFiles {
  private final Path folder;
  private final LiveEstate estate;
  private final EchoingServer echo;
  private final PlantedSecrets canaries;

  SecretConfigFiles(Path folder, LiveEstate estate, EchoingServer echo, PlantedSecrets canaries) {
    this.folder = folder;
    this.estate = estate;
    this.echo = echo;
    this.canaries = canaries;
  }

  /** The lab's Redis takes the agent's password, besides letting everybody in. */
  void letIn() {
    var cluster = RedisCluster.adopt(estate.lab().folder().resolve("redis"));
    for (var address : cluster.nodes()) {
      cluster
          .node(address)
          .call(
              "ACL",
              "SETUSER",
              "deployclaw-agent",
              "on",
              ">" + canaries.of("redis"),
              "~*",
              "&*",
              "+@all");
    }
  }

  /** The lab's configuration, with a secret for each channel. */
  Path configured() throws Exception {
    Path model = secret("model key");
    String url = echo.url();
    String webhook = url + "/hooks/" + path("webhook path") + "?key=" + path("webhook query");
    return Files.writeString(
        estate.lab().config().resolveSibling("canaries.yaml"),
        Files.readString(estate.lab().config())
                .replaceFirst(
                    "(?m)^redis: \\{",
                    "redis: {username: deployclaw-agent, passwordFile: \""
                        + secret("redis")
                        + "\", ")
                .replaceFirst(
                    "(?m)^nats: \\{url: \"nats://",
                    "nats: {credentialsFile: \""
                        + natsFile()
                        + "\", url: \"nats://agent:"
                        + path("nats address")
                        + "@")
            + """
            redact: ['%s']
            model: {provider: openai, name: some, url: "%s/v1", apiKeyFile: "%s", attempts: 1}
            telemetry: {endpoint: "%s/otlp", headersFile: "%s"}
            notify:
              - {name: hook, type: webhook, url: "%s", secretFile: "%s"}
              - {name: pager, type: pagerduty, url: "%s", routingKeyFile: "%s"}
              - {name: alerts, type: alertmanager, url: "%s", tokenFile: "%s"}
            """
                .formatted(
                    canaries.of("further"),
                    url,
                    model,
                    url,
                    headers(),
                    webhook,
                    secret("webhook secret"),
                    url,
                    secret("routing key"),
                    url,
                    secret("alertmanager token")));
  }

  private Path headers() throws IOException {
    String lines = "authorization=Bearer " + path("collector token") + "\n";
    return Files.writeString(folder.resolve("headers"), lines);
  }

  private Path secret(String channel) throws IOException {
    return Files.writeString(
        folder.resolve(channel.replace(' ', '-')), canaries.of(channel) + "\n");
  }

  /** One that may stand in an address as it is. */
  String path(String channel) {
    canaries.add(channel, canaries.of(channel).replaceAll("[^a-z0-9]", ""));
    return canaries.of(channel);
  }

  private Path natsFile() throws Exception {
    var user = NKey.createUser(null);
    canaries.add("nats seed", new String(user.getSeed()));
    String jwt = "eyJ0eXAiOiJKV1QifQ." + path("nats jwt") + "." + path("nats signature");
    return Files.writeString(
        folder.resolve("nats.creds"),
        """
        -----BEGIN NATS USER JWT-----
        %s
        ------END NATS USER JWT------

        -----BEGIN USER NKEY SEED-----
        %s
        ------END USER NKEY SEED------
        """
            .formatted(jwt, new String(user.getSeed())));
  }

  /** Besides, a cluster and a daemon that let nobody in. */
  Path walled(Path config) throws IOException {
    return Files.writeString(
        config.resolveSibling("walled.yaml"),
        Files.readString(config)
            + """
            kubernetes: {kubeconfig: "%s", namespaces: [edge-ap]}
            docker: {host: "tcp://127.0.0.1:%d", tls: {ca: "%s", cert: "%s", key: "%s"}}
            """
                .formatted(
                    kubeconfig(),
                    echo.port(),
                    key("docker ca"),
                    key("docker certificate"),
                    key("docker key")));
  }

  private Path kubeconfig() throws IOException {
    String token = path("kubernetes token");
    return Files.writeString(
        folder.resolve("kube.yaml"), PlantedSecrets.kubeconfig(echo.port(), token));
  }

  private Path key(String channel) throws IOException {
    String body = "-----BEGIN PRIVATE KEY-----\n" + path(channel) + "\n-----END PRIVATE KEY-----\n";
    return Files.writeString(folder.resolve(channel.replace(' ', '-')), body);
  }
}
