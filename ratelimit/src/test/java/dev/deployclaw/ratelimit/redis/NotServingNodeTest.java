package dev.deployclaw.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node that answers, and says that it can't serve now: while it loads, or fails over. */
class NotServingNodeTest {
  private static final RespCommand PING = RespCommand.of(List.of("PING"));

  private final Vertx vertx = Vertx.vertx();
  private final Context loop = vertx.getOrCreateContext();
  private NetServer node;
  private ShardRouter shards;
  private volatile String says = "+PONG";

  @BeforeEach
  void start() throws Exception {
    node = on(() -> vertx.createNetServer().connectHandler(this::answer).listen(0, "127.0.0.1"));
    var cluster =
        new RedisClusterSettings(
            List.of(new RedisAddress("127.0.0.1", node.actualPort())),
            Duration.ofSeconds(5),
            Optional.empty(),
            Optional.empty());
    shards = on(() -> Future.succeededFuture(ShardRouter.open(vertx, cluster)));
  }

  @AfterEach
  void stop() throws Exception {
    on(() -> {
      shards.close();
      return Future.succeededFuture();
    });
    vertx.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "LOADING Redis is loading the dataset in memory",
        "CLUSTERDOWN The cluster is down",
        "MASTERDOWN Link with MASTER is down",
        "READONLY You can't write against a read only replica.",
        "TRYAGAIN Multiple keys request during rehashing of slot"
      })
  void isAsGoodAsUnreachableUntilItServesAgain(String trouble) throws Exception {
    says = "-" + trouble;
    var failure = on(() -> shards.call(0, PING).map(_ -> new Throwable()).otherwise(e -> e));
    says = "+PONG";
    var answer = on(() -> shards.call(0, PING));

    assertThat(failure).isInstanceOf(RedisUnavailableException.class).hasMessage(trouble);
    assertThat(answer).isEqualTo(new RespReply.Text("PONG"));
  }

  @Test
  void anotherErrorIsTheCallersToUnderstand() throws Exception {
    says = "-ERR Function not found";

    assertThat(on(() -> shards.call(0, PING)))
        .isEqualTo(new RespReply.Refused("ERR Function not found"));
  }

  @Test
  void anErrorOfOneCallerIsKeptFromTheOthers() throws Exception {
    on(() -> shards.call(0, PING));

    var answer =
        on(() -> {
          shards.call(
              0,
              PING,
              (_, _) -> {
                throw new IllegalStateException("a caller's own");
              });
          return shards.call(0, PING);
        });

    assertThat(answer).isEqualTo(new RespReply.Text("PONG"));
  }

  /** Only {@code PING} is answered by what the node says now; several may come at once. */
  private static int pings(String text) {
    return text.split("PING", -1).length - 1;
  }

  private void answer(NetSocket socket) {
    socket.handler(command -> socket.write(reply(command)));
  }

  private String reply(Buffer command) {
    String text = command.toString();
    if (text.contains("CLUSTER")) {
      return "-ERR This instance has cluster support disabled\r\n";
    }
    return text.contains("INFO")
        ? "$15\r\nrun_id:abcdefgh\r\n"
        : (says + "\r\n").repeat(pings(text));
  }

  private <T> T on(Supplier<Future<T>> asks) throws Exception {
    var done = new CompletableFuture<T>();
    loop.runOnContext(
        _ -> asks.get().onSuccess(done::complete).onFailure(done::completeExceptionally));
    return done.get(1, TimeUnit.MINUTES);
  }
}
