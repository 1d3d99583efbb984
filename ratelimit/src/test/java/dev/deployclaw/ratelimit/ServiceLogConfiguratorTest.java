package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import org.junit.jupiter.api.Test;

class ServiceLogConfiguratorTest {
  private static final String FILE = "logback.configurationFile";

  private final LoggerContext context = new LoggerContext();

  @Test
  void configuresTheServiceAlone() {
    var before = System.getProperty(FILE);
    System.clearProperty(FILE);
    try {
      assertThat(new ServiceLogConfigurator().configure(context))
          .isEqualTo(ExecutionStatus.INVOKE_NEXT_IF_ANY);

      ServiceLogConfigurator.choose();

      assertThat(new ServiceLogConfigurator().configure(context))
          .isEqualTo(ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY);
      assertThat(context.getLogger("ROOT").getLevel()).isEqualTo(Level.INFO);
      assertThat(context.getLogger("io.etcd").getLevel()).isEqualTo(Level.ERROR);
    } finally {
      System.clearProperty(FILE);
      if (before != null) {
        System.setProperty(FILE, before);
      }
    }
  }
}
