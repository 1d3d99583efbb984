package dev.deployclaw.container.config.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.ModelConfig;
import dev.deployclaw.container.config.ModelConfig.Dialect;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The section {@code model}. */
class ModelConfigReaderTest {
  private static final String LEAST =
      """
      etcd: {endpoints: ["http://127.0.0.1:2379"]}
      redis: {nodes: ["127.0.0.1:7001"]}
      s3: {endpoint: "http://127.0.0.1:9000", bucket: checkpoints, accessKey: key, secretKey: secret}
      nats: {url: "nats://127.0.0.1:4222"}
      """;

  @TempDir Path folder;

  @Test
  void hasNoModelWhereNothingIsSaid() throws Exception {
    assertThat(parse("").model()).isEmpty();
  }

  @Test
  void readsEveryKey() throws Exception {
    Files.writeString(folder.resolve("model.key"), "k3y\n");

    var config =
        parse(
            """
            model: {provider: anthropic, url: "https://m.test/v1", name: m1, apiKeyFile: model.key,
                    timeout: 5s, tokens: 4000, attempts: 3}
            """);

    assertThat(config.model())
        .contains(
            new ModelConfig(
                Dialect.ANTHROPIC,
                "m1",
                "https://m.test/v1",
                new SecretValue("k3y"),
                Duration.ofSeconds(5),
                4000,
                3));
  }

  @Test
  void hasDefaults() throws Exception {
    var config = parse("model: {url: \"http://127.0.0.1:11434\", name: m1, provider: ollama}\n");

    assertThat(config.model())
        .contains(
            new ModelConfig(
                Dialect.OLLAMA,
                "m1",
                "http://127.0.0.1:11434",
                SecretValue.NONE,
                Duration.ofSeconds(20),
                20_000,
                2));
  }

  @Test
  void reportsAllProblemsAtOnce() {
    var thrown =
        catchThrowableOfType(
            InvalidConfigException.class,
            () -> parse("model: {provider: anthropic, url: nowhere, attempts: 9, colour: red}\n"));

    assertThat(thrown.getMessage())
        .contains("model.name", "model.url", "model.attempts", "model.colour", "model.apiKeyFile");
  }

  private AgentConfig parse(String more) throws InvalidConfigException {
    return ConfigReader.parse(folder.resolve("deployclaw.yaml"), LEAST + more, Map.of());
  }
}
