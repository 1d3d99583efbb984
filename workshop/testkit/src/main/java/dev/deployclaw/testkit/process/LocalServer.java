package dev.deployclaw.testkit.process;

import java.util.List;

/** Something of one or more daemons that was started as a whole and stops as a whole. */
public interface LocalServer extends AutoCloseable {
  List<? extends DaemonHandle> daemons();

  /** Lets the daemons outlive this JVM, which otherwise stops them when it ends. */
  default void leave() {
    daemons().forEach(DaemonHandle::leave);
  }

  @Override
  default void close() {
    daemons().reversed().forEach(DaemonHandle::close);
  }
}
