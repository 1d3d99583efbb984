package dev.deployclaw.container.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.Config;
import dev.deployclaw.container.config.Secret;
import dev.deployclaw.executors.redis.RedisSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BackEndsTest {
  @Test
  void aRedisPasswordWithoutANameIsThatOfTheDefaultUser() {
    assertThat(login("", "secret")).contains(new RedisSettings.Login("default", "secret"));
    assertThat(login("architect", "secret"))
        .contains(new RedisSettings.Login("architect", "secret"));
    assertThat(login("", "")).isEmpty();
  }

  private static Optional<RedisSettings.Login> login(String user, String password) {
    var config =
        new Config.Redis(
            List.of("127.0.0.1:7001"),
            user,
            new Secret(password),
            Duration.ofSeconds(1),
            Optional.empty());
    return BackEnds.redis(config).login();
  }
}
