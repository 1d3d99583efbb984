package dev.deployclaw.lab.estate;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What is done where the process is told to end (SIGTERM, Ctrl-C) before this is closed. What the
 * caller was about fails meanwhile, since its estate goes; nobody is told that, as closing this
 * then never returns.
 */
public final class ShutdownAction implements AutoCloseable {
  private final AtomicBoolean begun = new AtomicBoolean();
  private final Thread hook;

  private ShutdownAction(Runnable action) {
    this.hook =
        new Thread(
            () -> {
              begun.set(true);
              action.run();
            },
            "at-exit");
  }

  /** The action must come to an end by itself. */
  public static ShutdownAction run(Runnable action) {
    var exit = new ShutdownAction(action);
    Runtime.getRuntime().addShutdownHook(exit.hook);
    return exit;
  }

  public boolean begun() {
    return begun.get();
  }

  @Override
  public void close() {
    try {
      boolean _ = Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      standStill();
    }
  }

  /** The process ends as soon as its hooks have. */
  private static void standStill() {
    var never = new CountDownLatch(1);
    while (true) {
      try {
        never.await();
      } catch (InterruptedException _) {
        // It ends anyway.
      }
    }
  }
}
