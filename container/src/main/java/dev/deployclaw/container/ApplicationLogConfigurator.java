package dev.deployclaw.container;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.ConsoleTarget;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.Logger;

/**
 * The application log, on standard error, since standard output is for results. People follow a run
 * by its progress view, so that only what went wrong is logged; {@code DEPLOYCLAW_LOG=info} (or
 * debug) shows what the program does. In code: reading it from XML takes 600 classes at each start.
 */
public final class ApplicationLogConfigurator extends ContextAwareBase implements Configurator {
  private static final String LEVEL = "DEPLOYCLAW_LOG";
  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX,UTC} %-5level %logger{0} %msg %kvp%n%rEx{6}";

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY) != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    var encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    var appender = new ConsoleAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setTarget(ConsoleTarget.SystemErr.getName());
    appender.setEncoder(encoder);
    appender.start();
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    root.addAppender(appender);
    context.getLogger("dev.deployclaw").setLevel(Level.toLevel(System.getenv(LEVEL), Level.WARN));
    context.getLogger("io.etcd").setLevel(Level.ERROR);
    // It warns where no network card has an address of its own, and makes one up.
    context.getLogger("io.netty.util.internal.MacAddressUtil").setLevel(Level.ERROR);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
