package dev.deployclaw.ratelimit;

import dev.deployclaw.ratelimit.feed.PolicyFeed;
import dev.deployclaw.ratelimit.listener.AccessSettings;
import dev.deployclaw.ratelimit.listener.ConnectionCap;
import dev.deployclaw.ratelimit.listener.OpenFileLimit;
import dev.deployclaw.ratelimit.settings.FrontendSettings;
import dev.deployclaw.ratelimit.settings.ServiceSettings;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the rate limit service. Exit code 2 for wrong settings, 1 where it can't listen. */
public final class RateLimitMain {
  private static final Logger LOG = logger();
  private static final int WORKERS_A_LOOP = 2;
  private static final long START_SECONDS = 60;
  private static final long STOP_SECONDS = 5;

  private RateLimitMain() {}

  public static void main(String[] args) throws InterruptedException {
    try {
      run(ServiceSettings.read(List.of(args), System.getenv()));
    } catch (ServiceSettings.Invalid e) {
      System.err.println(e.getMessage());
      System.exit(2);
    } catch (ExecutionException | TimeoutException | IOException e) {
      LOG.atError().setCause(e).log("can't start");
      System.exit(1);
    }
  }

  private static Logger logger() {
    ServiceLogConfigurator.choose();
    return LoggerFactory.getLogger(RateLimitMain.class);
  }

  private static void run(ServiceSettings settings)
      throws ExecutionException, TimeoutException, IOException, InterruptedException {
    var vertx = vertx(settings.fronts(), settings.eventLoops());
    var feed = PolicyFeed.start(settings.etcd());
    var service = new RateLimitService(settings, feed);
    vertx
        .deployVerticle(service)
        .toCompletionStage()
        .toCompletableFuture()
        .get(START_SECONDS, TimeUnit.SECONDS);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(vertx, feed), "stop"));
    announce(settings, service.port());
  }

  /** As many connections as the process may have files for. */
  private static Vertx vertx(FrontendSettings fronts, int loops) {
    var access = fronts.access();
    var files = OpenFileLimit.limit();
    int most = OpenFileLimit.fitting(access.mostConnections(), fronts.listeners(), loops, files);
    if (most < access.mostConnections()) {
      LOG.atWarn()
          .addKeyValue("most", most)
          .addKeyValue("files", files.orElse(0))
          .log(
              "the open-file limit allows fewer connections than most-connections: raise "
                  + "ulimit -n");
    }
    return Vertx.builder()
        .with(
            new VertxOptions()
                .setEventLoopPoolSize(loops)
                .setWorkerPoolSize(WORKERS_A_LOOP * loops))
        .withTransport(ConnectionCap.transport(most))
        .build();
  }

  /** The file appears whole or not at all. */
  private static void announce(ServiceSettings settings, int port) throws IOException {
    if (settings.portFile().isPresent()) {
      var file = settings.portFile().get();
      var draft = file.resolveSibling(file.getFileName() + ".new");
      Files.writeString(draft, port + "\n");
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }
    LOG.atInfo()
        .addKeyValue("namespace", settings.namespace())
        .addKeyValue("host", settings.host())
        .addKeyValue("port", port)
        .addKeyValue("event_loops", settings.eventLoops())
        .log("rate limit service listens");
    warn(settings.fronts().access());
  }

  /** What others on this machine, or in this network, may do. */
  private static void warn(AccessSettings access) {
    if (access.decisions().isEmpty()) {
      LOG.atWarn()
          .log("any process that reaches the port can decide for every tenant: use --socket");
    }
    if (access.status().token().isEmpty()
        && access.status().listener().filter(l -> l.asksForCertificates()).isEmpty()) {
      LOG.atWarn()
          .log(
              "any process that reaches the port can read status and usage: give "
                  + "--status-token-file");
    }
  }

  private static void stop(Vertx vertx, PolicyFeed feed) {
    try {
      vertx.close().toCompletionStage().toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
      feed.close();
    } catch (ExecutionException | TimeoutException e) {
      LOG.atWarn().setCause(e).log("the shutdown failed");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
