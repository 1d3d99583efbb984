package dev.deployclaw.container.wiring;

import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.StateStore;

/**
 * Puts something around the ports before they are joined; found by {@link java.util.ServiceLoader}.
 * Nothing in the image brings one: the lab's stops the process at a named call, so that tests can
 * kill it there.
 */
public interface PortDecorator {
  BackendExecutor around(BackendExecutor executor);

  ObjectStore around(ObjectStore objects);

  StateStore around(StateStore state);
}
