package dev.deployclaw.testkit;

import java.util.List;

/** Something of one or more daemons that was started as a whole and stops as a whole. */
public interface Server extends AutoCloseable {
  List<Daemon> daemons();

  /** Lets the daemons outlive this JVM, which otherwise stops them when it ends. */
  default void leave() {
    daemons().forEach(Daemon::leave);
  }

  @Override
  default void close() {
    daemons().reversed().forEach(Daemon::close);
  }
}
