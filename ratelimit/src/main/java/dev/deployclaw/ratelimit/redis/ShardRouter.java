package dev.deployclaw.ratelimit.redis;

import io.vertx.core.Completable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A Redis Cluster, or a single node, as calls by slot. It learns who owns a slot from {@code
 * CLUSTER SLOTS}, again when a node says so or fails, and follows one redirection. Belongs to the
 * event loop that opened it.
 */
public final class ShardRouter {
  private static final List<String> SLOTS = List.of("CLUSTER", "SLOTS");
  private static final List<String> SERVER = List.of("INFO", "server");
  private static final String RUN_ID = "run_id:";

  /** What a node says that can't serve now, or no longer. */
  private static final List<String> NOT_SERVING =
      List.of("CLUSTERDOWN", "LOADING", "MASTERDOWN", "READONLY", "TRYAGAIN");

  private static final RespCommand ASKING = RespCommand.of(List.of("ASKING"));
  private static final long REFRESH_PAUSE = Duration.ofMillis(200).toNanos();
  private static final int SWEEPS_PER_TIMEOUT = 4;

  private final Vertx vertx;
  private final NetClient client;
  private final Context loop;
  private final RedisClusterSettings cluster;
  private final long sweeper;
  private final long longestGap;
  private long swept = System.nanoTime();
  private boolean spared;
  private final Map<RedisAddress, PipelinedConnection> links = new HashMap<>();
  private SlotMap slots = SlotMap.none();

  /** Calls that wait until the slots are known. */
  private int unplaced;

  private @Nullable Future<Void> refreshing;
  private long refreshed = System.nanoTime() - REFRESH_PAUSE;

  private ShardRouter(Vertx vertx, RedisClusterSettings cluster) {
    Duration timeout = cluster.timeout();
    this.vertx = vertx;
    this.loop = vertx.getOrCreateContext();
    this.cluster = cluster;
    var options =
        new NetClientOptions()
            .setConnectTimeout((int) timeout.toMillis())
            .setSslHandshakeTimeout(timeout.toMillis())
            .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
            .setTcpNoDelay(true)
            .setTcpKeepAlive(true);
    cluster.tls().ifPresent(tls -> tls.on(options));
    this.client = vertx.createNetClient(options);
    long pause = Math.max(1, timeout.toMillis() / SWEEPS_PER_TIMEOUT);
    this.longestGap = Duration.ofMillis(2 * pause).toNanos();
    this.sweeper = vertx.setPeriodic(pause, _ -> sweep());
  }

  /** Opens no connection yet. */
  public static ShardRouter open(Vertx vertx, RedisClusterSettings cluster) {
    return new ShardRouter(vertx, cluster);
  }

  /** For each call to a node. */
  public Duration timeout() {
    return cluster.timeout();
  }

  /**
   * Sends a command to the primary of a slot. Ends with the answer, or with {@link
   * RedisUnavailableException}.
   */
  public void call(int slot, RespCommand command, Completable<RespReply> then) {
    var known = slots.owner(slot);
    if (known.isPresent()) {
      call(known.get(), command, then);
      return;
    }
    if (unplaced >= PipelinedConnection.MOST_WAITING) {
      then.complete(null, new RedisUnavailableException("too many calls wait for the slots"));
      return;
    }
    unplaced++;
    owner(slot)
        .onComplete((found, failure) -> {
          unplaced--;
          if (failure == null) {
            call(found, command, then);
          } else {
            lost(failure, then);
          }
        });
  }

  /** The same as a future. */
  public Future<RespReply> call(int slot, RespCommand command) {
    return Future.future(promise -> call(slot, command, promise));
  }

  private void call(RedisAddress owner, RespCommand command, Completable<RespReply> then) {
    link(owner)
        .send(
            command,
            (reply, failure) -> {
              if (failure != null) {
                lost(failure, then);
              } else if (reply instanceof RespReply.Refused(String message)) {
                Future.succeededFuture(message)
                    .compose(m -> redirected(reply, m, command))
                    .onFailure(_ -> refresh())
                    .onComplete(then);
              } else {
                then.complete(reply, null);
              }
            });
  }

  private void lost(Throwable failure, Completable<RespReply> then) {
    refresh();
    then.complete(null, failure);
  }

  /** Sends a command to every primary, after asking again which nodes these are. */
  public Future<Polled> poll(List<String> words) {
    refreshed = System.nanoTime() - REFRESH_PAUSE;
    return refresh()
        .compose(_ -> {
          var polled = slots;
          var asked = new TreeMap<String, Future<RespReply>>();
          var ids = new TreeMap<String, String>();
          for (var primary : polled.primaries()) {
            ids.put(primary.toString(), polled.id(primary));
            asked.put(primary.toString(), link(primary).ask(RespCommand.of(words)));
          }
          return Future.join(List.copyOf(asked.values()))
              .transform(_ -> Future.succeededFuture(new Polled(polled.isWhole(), ids, asked)));
        });
  }

  /**
   * What the primaries answered.
   *
   * @param whole whether every slot has a primary
   * @param ids who each node is; empty where it didn't tell
   * @param answers by node, each completed
   */
  public record Polled(
      boolean whole, SortedMap<String, String> ids, Map<String, Future<RespReply>> answers) {}

  public void close() {
    vertx.cancelTimer(sweeper);
    each(PipelinedConnection::close);
    client.close();
  }

  /** Of a slot whose owner isn't known. */
  private Future<RedisAddress> owner(int slot) {
    return refresh()
        .compose(_ ->
            slots
                .owner(slot)
                .map(Future::succeededFuture)
                .orElseGet(() -> failed("no primary for slot " + slot)));
  }

  /** Follows {@code MOVED slot host:port} and {@code ASK slot host:port}. */
  private Future<RespReply> redirected(RespReply reply, String message, RespCommand command) {
    if (NOT_SERVING.stream().anyMatch(message::startsWith)) {
      return failed(message);
    }
    boolean moved = message.startsWith("MOVED ");
    if (!moved && !message.startsWith("ASK ")) {
      return Future.succeededFuture(reply);
    }
    var target = link(RedisAddress.parse(message.substring(message.lastIndexOf(' ') + 1)));
    if (moved) {
      refresh();
    } else {
      target.send(ASKING, (_, _) -> {});
    }
    return Future.future(promise -> target.send(command, promise));
  }

  /** Asks the known nodes, one after the other, until one tells the slots. */
  private Future<Void> refresh() {
    var running = refreshing;
    if (running != null) {
      return running;
    }
    if (System.nanoTime() - refreshed < REFRESH_PAUSE) {
      return Future.succeededFuture();
    }
    var candidates = new LinkedHashSet<>(slots.primaries());
    candidates.addAll(cluster.nodes());
    var asked = ask(new ArrayList<>(candidates), "none is known");
    refreshing = asked;
    asked.onComplete(_ -> {
      refreshing = null;
      refreshed = System.nanoTime();
    });
    return asked;
  }

  private Future<Void> ask(List<RedisAddress> candidates, String last) {
    if (candidates.isEmpty()) {
      return failed("no Redis node reports the slots; last error:  " + last);
    }
    var node = candidates.getFirst();
    var others = candidates.subList(1, candidates.size());
    return link(node)
        .ask(RespCommand.of(SLOTS))
        .compose(reply -> learn(reply, node))
        .recover(e -> ask(others, String.valueOf(e.getMessage())));
  }

  private Future<Void> learn(RespReply reply, RedisAddress node) {
    return switch (reply) {
      case RespReply.Items items -> {
        slots = SlotMap.parse(items, node);
        yield Future.succeededFuture();
      }
      case RespReply.Refused(String message) when message.contains("cluster support disabled") ->
          link(node)
              .ask(RespCommand.of(SERVER))
              .map(info -> {
                slots = SlotMap.single(node, runId(info));
                return null;
              });
      case RespReply.Refused(String message) ->
          failed(node + ": " + RedisErrorAdvice.words(message).orElse(message));
      case RespReply.Text _, RespReply.Whole _, RespReply.Nothing _ ->
          failed(node + " reported no slots");
    };
  }

  /** Empty where the user may not ask for it. */
  private static String runId(RespReply info) {
    return info instanceof RespReply.Text(String text)
        ? text.lines()
            .filter(line -> line.startsWith(RUN_ID))
            .map(line -> line.substring(RUN_ID.length()).strip())
            .findFirst()
            .orElse("")
        : "";
  }

  /**
   * Where this loop itself was held up, answers may have come that nobody has read yet: they are
   * read before anything is called late.
   */
  private void sweep() {
    long now = System.nanoTime();
    boolean heldUp = now - swept > longestGap && !spared;
    swept = now;
    spared = heldUp;
    if (!heldUp) {
      each(PipelinedConnection::sweep);
    }
  }

  /** What fails of a link may be asked of another one, which is added while they are walked. */
  private void each(Consumer<PipelinedConnection> step) {
    List.copyOf(links.values()).forEach(step);
  }

  private PipelinedConnection link(RedisAddress address) {
    var link = links.get(address);
    if (link == null) {
      link = new PipelinedConnection(client, loop, address, cluster);
      links.put(address, link);
    }
    return link;
  }

  private static <T> Future<T> failed(String reason) {
    return Future.failedFuture(new RedisUnavailableException(reason));
  }
}
