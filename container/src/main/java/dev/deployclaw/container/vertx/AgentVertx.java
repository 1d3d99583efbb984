package dev.deployclaw.container.vertx;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.transport.Transport;

/** The one Vert.x of a serving agent: one event loop; what blocks runs on virtual threads. */
public final class AgentVertx {
  private AgentVertx() {}

  /** The caller's to close. */
  public static Vertx over(Transport transport) {
    return Vertx.builder().with(options()).withTransport(transport).build();
  }

  /**
   * Loads the classes of Vert.x and Netty on the caller's thread. Called before etcd's client
   * begins to load them: classes whose initialisers need each other must not be first met by two
   * threads at once.
   */
  public static void load() {
    var _ = Vertx.vertx(options()).close();
  }

  private static VertxOptions options() {
    return new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1);
  }
}
