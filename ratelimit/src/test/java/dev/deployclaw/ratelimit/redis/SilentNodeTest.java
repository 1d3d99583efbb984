package dev.deployclaw.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.commons.lang3.function.Failable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes that take connections and what is sent, and say nothing. */
class SilentNodeTest {
  private static final RespCommand PING = RespCommand.of(List.of("PING"));
  private static final int NODES = 3;

  private final Vertx vertx = Vertx.vertx();
  private final Context loop = vertx.getOrCreateContext();
  private final List<Throwable> thrown = new CopyOnWriteArrayList<>();
  private final List<ServerSocket> nodes = new ArrayList<>();
  private ShardRouter shards;

  @BeforeEach
  void start() throws Exception {
    for (int i = 0; i < NODES; i++) {
      nodes.add(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    }
    var addresses =
        nodes.stream().map(n -> new RedisAddress("127.0.0.1", n.getLocalPort())).toList();
    var cluster =
        new RedisClusterSettings(
            addresses, Duration.ofMillis(50), Optional.empty(), Optional.empty());
    loop.exceptionHandler(thrown::add);
    shards = on(() -> Future.succeededFuture(ShardRouter.open(vertx, cluster)));
  }

  @AfterEach
  void stop() throws Exception {
    on(() -> {
      shards.close();
      return Future.succeededFuture();
    });
    vertx.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
    nodes.forEach(SilentNodeTest::close);
  }

  /** What is asked next is asked of a node that is new to the sweep that failed the call. */
  @Test
  void aSweepGoesOnWhereAFailedCallAddsANode() {
    assertThatThrownBy(() -> on(() -> shards.call(0, PING)))
        .hasCauseInstanceOf(RedisUnavailableException.class)
        .hasMessageContaining("no Redis node reports the slots");

    assertThat(thrown).isEmpty();
  }

  @Test
  void aNodeThatNeverAnswersIsSoonAskedNoMore() throws Exception {
    var cluster =
        new RedisClusterSettings(
            List.of(new RedisAddress("127.0.0.1", nodes.getFirst().getLocalPort())),
            Duration.ofMillis(50),
            Optional.empty(),
            Optional.empty());
    PipelinedConnection link =
        on(() ->
            Future.succeededFuture(
                new PipelinedConnection(
                    vertx.createNetClient(), loop, cluster.nodes().getFirst(), cluster)));
    vertx.setPeriodic(10, _ -> loop.runOnContext(_ -> link.sweep()));
    var failures = new ArrayList<Throwable>();

    var asked =
        on(() -> {
          var late = Stream.generate(() -> sent(link)).limit(CircuitBreaker.TRIPS_AFTER).toList();
          var next = late.getLast().recover(_ -> sent(link));
          return Future.succeededFuture(Stream.concat(late.stream(), Stream.of(next)).toList());
        });
    for (var answer : asked) {
      failures.add(failure(() -> answer));
    }

    assertThat(failures.removeLast()).hasMessageContaining("hasn't answered recently");
    assertThat(failures).allSatisfy(e -> assertThat(e).hasMessageContaining("in time"));
    assertThat(failure(() -> link.ask(PING))).hasMessageNotContaining("lately");
  }

  /** What waits for a silent node is bounded in number, before any of it is late. */
  @Test
  void aFloodForASilentNodeIsRefusedAtOnceBeyondABound() throws Exception {
    var patient =
        new RedisClusterSettings(
            List.of(new RedisAddress("127.0.0.1", nodes.getFirst().getLocalPort())),
            Duration.ofHours(1),
            Optional.empty(),
            Optional.empty());
    int more = 5;
    var refused =
        on(() -> {
          var link =
              new PipelinedConnection(
                  vertx.createNetClient(), loop, patient.nodes().getFirst(), patient);
          var answers = new ArrayList<Future<RespReply>>();
          for (int i = 0; i < PipelinedConnection.MOST_WAITING + more; i++) {
            answers.add(sent(link));
          }
          var failed = answers.stream().filter(Future::failed).map(Future::cause).toList();
          return Future.succeededFuture(failed);
        });

    assertThat(refused)
        .hasSize(more)
        .allSatisfy(e -> assertThat(e).hasMessageContaining("has too many calls waiting"));
  }

  /** The same where no node has told yet who owns the slots. */
  @Test
  void aFloodBeforeTheSlotsAreKnownIsRefusedAtOnceBeyondABound() throws Exception {
    int more = 5;

    var refused =
        on(() -> {
          var answers = new ArrayList<Future<RespReply>>();
          for (int i = 0; i < PipelinedConnection.MOST_WAITING + more; i++) {
            answers.add(shards.call(0, PING));
          }
          var failed = answers.stream().filter(Future::failed).map(Future::cause).toList();
          return Future.succeededFuture(failed);
        });

    assertThat(refused)
        .hasSize(more)
        .allSatisfy(e -> assertThat(e).hasMessageContaining("too many calls wait"));
  }

  private static Future<RespReply> sent(PipelinedConnection link) {
    Promise<RespReply> answer = Promise.promise();
    link.send(PING, answer);
    return answer.future();
  }

  private Throwable failure(Supplier<Future<RespReply>> asks) throws Exception {
    return on(() -> asks.get().map(_ -> new Throwable("answered")).otherwise(e -> e));
  }

  /** Links belong to one event loop. */
  private <T> T on(Supplier<Future<T>> asks) throws Exception {
    var done = new CompletableFuture<T>();
    loop.runOnContext(
        _ -> asks.get().onSuccess(done::complete).onFailure(done::completeExceptionally));
    return done.get(1, TimeUnit.MINUTES);
  }

  private static void close(ServerSocket node) {
    Failable.run(() -> node.close());
  }
}
