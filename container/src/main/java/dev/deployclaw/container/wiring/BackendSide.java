package dev.deployclaw.container.wiring;

import dev.deployclaw.container.config.secret.TextMask;
import dev.deployclaw.core.call.ExecutorIsolation;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.ObjectStore;
import java.util.List;
import java.util.Optional;

/** Where executors and bucket are: in this process, or behind the wall. */
public interface BackendSide extends AutoCloseable {
  /** All executors of the product, bare. */
  List<BackendExecutor> executors();

  /** The bucket, which its user closes. */
  ObjectStore objects();

  /** What separates them from this process now; empty while it isn't known. */
  Optional<ExecutorIsolation> isolation();

  /** Masks what people type by all secrets of this side. */
  default TextMask mask() {
    return TextMask.OWN;
  }

  /** How the executor host is; empty where there is none. */
  default Optional<String> summary() {
    return Optional.empty();
  }

  /** Starts the executor host again, if there is one, and waits for it within a bound. */
  default void restart() throws InterruptedException {}

  @Override
  void close();
}
