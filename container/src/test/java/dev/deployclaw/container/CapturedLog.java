package dev.deployclaw.container;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What a part of the agent writes to the application log until this is closed. Any thread. */
public final class CapturedLog implements AutoCloseable {
  private final ListAppender<ILoggingEvent> taken = new ListAppender<>();
  private final Logger logger;

  private CapturedLog(String name) {
    this.logger = (Logger) LoggerFactory.getLogger(name);
    taken.start();
    logger.setLevel(Level.INFO);
    logger.addAppender(taken);
  }

  public static CapturedLog of(Class<?> part) {
    return new CapturedLog(part.getName());
  }

  /** Of all types of a package and those below it. */
  public static CapturedLog of(String name) {
    return new CapturedLog(name);
  }

  /** Its lines so far. */
  public List<ILoggingEvent> lines() {
    synchronized (taken) { // as it is while it takes one
      return List.copyOf(taken.list);
    }
  }

  @Override
  public void close() {
    logger.detachAppender(taken);
    logger.setLevel(null);
  }
}
