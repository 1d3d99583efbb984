package dev.deployclaw.container.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.policy.wire.ServerLogin;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExecutorFactoryTest {
  @Test
  void aRedisPasswordWithoutANameIsThatOfTheDefaultUser() {
    assertThat(login("", "secret")).contains(new ServerLogin("default", "secret"));
    assertThat(login("architect", "secret")).contains(new ServerLogin("architect", "secret"));
    assertThat(login("", "")).isEmpty();
  }

  private static Optional<ServerLogin> login(String user, String password) {
    var config =
        new AgentConfig.Redis(
            List.of("127.0.0.1:7001"),
            user,
            new SecretValue(password),
            Duration.ofSeconds(1),
            Optional.empty());
    return ExecutorFactory.redis(config).login();
  }
}
