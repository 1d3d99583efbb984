package dev.deployclaw.ratelimit;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.Logger;

/**
 * The service's log, on standard output, unless a file configures another. In code: reading it from
 * XML takes 600 classes at each start. Beside another program's on one class path it configures the
 * service alone.
 */
public final class ServiceLogConfigurator extends ContextAwareBase implements Configurator {
  private static final String OWN = "the rate limit service's";
  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX,UTC} %-5level %logger{0} %msg %kvp%n%rEx{6}";

  /** Before the first logger: this process is the service. */
  static void choose() {
    if (System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY) == null) {
      System.setProperty(ClassicConstants.CONFIG_FILE_PROPERTY, OWN);
    }
  }

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (!OWN.equals(System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY))) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    var encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    var appender = new ConsoleAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.start();
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(appender);
    context.getLogger("io.netty").setLevel(Level.WARN);
    context.getLogger("io.etcd").setLevel(Level.ERROR);
    context.getLogger("io.grpc").setLevel(Level.WARN);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
