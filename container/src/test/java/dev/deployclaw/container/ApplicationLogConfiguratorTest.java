package dev.deployclaw.container;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class ApplicationLogConfiguratorTest {
  private final LoggerContext context = new LoggerContext();

  @Test
  void warningsGoToStandardErrorWithTheirValues() {
    var err = System.err;
    var said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    context.setMDCAdapter(MDC.getMDCAdapter());
    try {
      assertThat(new ApplicationLogConfigurator().configure(context))
          .isEqualTo(ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY);
      var log = context.getLogger("dev.deployclaw.container.Some");
      log.atWarn().addKeyValue("task", "one").log("It failed");
      log.info("not said");
      context.getLogger("io.etcd.jetcd").warn("not said");
    } finally {
      System.setErr(err);
    }

    assertThat(said.toString(StandardCharsets.UTF_8))
        .matches("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z WARN  Some It failed task=\"one\"\\n");
  }

  @Test
  void aFileThatIsNamedConfiguresInItsPlace() {
    System.setProperty("logback.configurationFile", "other.xml");
    try {
      assertThat(new ApplicationLogConfigurator().configure(context))
          .isEqualTo(ExecutionStatus.INVOKE_NEXT_IF_ANY);
    } finally {
      System.clearProperty("logback.configurationFile");
    }
    assertThat(context.getLogger("ROOT").getLevel()).isEqualTo(Level.DEBUG);
  }
}
