package dev.deployclaw.ratelimit.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FairCheckQueueTest {
  private static final int MORE_THAN_WAIT = 1_100;

  /** So that they are done in the order in which they begin. */
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setWorkerPoolSize(1));

  private final Context loop = vertx.getOrCreateContext();
  private FairCheckQueue checks = new FairCheckQueue(vertx);
  private final CountDownLatch gate = new CountDownLatch(1);
  private final List<String> done = new CopyOnWriteArrayList<>();
  private final List<Future<String>> asked = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    gate.countDown();
    vertx.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
  }

  @Test
  void oneWhoBringsManyLetsOthersTakeTurns() {
    bring("attacker", 200);
    bring("192.0.2.1", 1);
    bring("192.0.2.2", 2);

    settle();

    assertThat(done).hasSize(203);
    assertThat(done.indexOf("192.0.2.1")).isLessThan(8);
    assertThat(done.lastIndexOf("192.0.2.2")).isLessThan(10);
  }

  @Test
  void whereTooManyWaitWhoseAreMostGivesOneUp() {
    bring("attacker", MORE_THAN_WAIT);
    bring("192.0.2.1", 5);

    settle();

    assertThat(done).filteredOn("192.0.2.1"::equals).hasSize(5);
    assertThat(asked).filteredOn(Future::failed).hasSizeGreaterThan(70);
    assertThat(asked.stream().filter(Future::failed).map(Future::cause))
        .allMatch(FairCheckQueue.Busy.class::isInstance);
  }

  @Test
  void noMoreWaitThanAreSaid() {
    checks = new FairCheckQueue(vertx, 10);
    bring("attacker", 100);
    bring("192.0.2.1", 1);

    settle();

    assertThat(done).hasSizeBetween(14, 15).contains("192.0.2.1");
  }

  @Test
  void addressesOfOneNetworkTakeOneTurn() {
    bring(networks(100, i -> "2001:db8:1:2::%x".formatted(i + 1)));
    bring("2001:db8:1:3::1", 1);
    bring("::1", 1);

    settle();

    assertThat(done.indexOf("2001:db8:1:3::1")).isLessThan(8);
    assertThat(done.indexOf("::1")).isLessThan(9);
  }

  /** Each has one check: whoever comes takes a place of somebody's, and no turn is lost by it. */
  @Test
  void ofManyNetworksEachIsAnswered() {
    bring(networks(2 * MORE_THAN_WAIT, i -> "198.%d.%d.1".formatted(i / 250, i % 250)));

    settle();

    assertThat(asked).allMatch(Future::isComplete);
    assertThat(done).hasSizeGreaterThan(1_000);
  }

  /** A site has a /48, which is 65,536 networks. */
  @Test
  void manyNetworksOfOneSiteGiveUpTheirOwn() {
    bring(networks(MORE_THAN_WAIT, i -> "2001:db8:1:%x::1".formatted(i + 1)));
    bring("2001:db8:2:1::1", 1);
    bring("192.0.2.1", 1);
    bring(networks(2 * MORE_THAN_WAIT, i -> "2001:db8:1:%x::1".formatted(i + 5_000)));

    settle();

    assertThat(done).contains("2001:db8:2:1::1", "192.0.2.1");
    assertThat(asked).allMatch(Future::isComplete);
  }

  /** As a listener for both says it. */
  @Test
  void addressesOfIpv4WithinIpv6TakeTurns() {
    bring("::ffff:192.0.2.66", 200);
    bring("::ffff:192.0.2.1", 1);

    settle();

    assertThat(done.indexOf("::ffff:192.0.2.1")).isLessThan(8);
  }

  @Test
  void aCheckThatThrowsMakesWayForTheNext() {
    var thrown =
        on(() ->
            checks.<String>check(
                "x",
                () -> {
                  throw new IllegalStateException("no");
                }));
    bring("y", 10);

    settle();

    assertThat(thrown.cause()).hasMessage("no");
    assertThat(done).hasSize(10);
  }

  /** As many as run at once, so that none that is left brings the next one. */
  @Test
  void oneWhoAskedAndThrowsMakesWayForTheNext() {
    on(() -> {
      for (int i = 0; i < 4; i++) {
        ask("x")
            .onComplete(_ -> {
              throw new IllegalStateException("no");
            });
      }
      return "asked";
    });
    bring("y", 10);

    settle();

    assertThat(done).filteredOn("y"::equals).hasSize(10);
  }

  /** A check that is done at once is followed by the next one, not the next one within it. */
  @Test
  void checksThatAreDoneAtOnceGoNoDeeper() {
    gate.countDown();
    var deepest = new AtomicInteger();
    for (int round = 0; round < 20; round++) {
      on(() -> {
        for (int i = 0; i < 1_000; i++) {
          asked.add(
              ask("192.0.2." + i).onComplete(_ -> deepest.accumulateAndGet(depth(), Math::max)));
        }
        return "asked";
      });
      settle();
    }

    assertThat(deepest.get()).isLessThan(100);
  }

  private static int depth() {
    return StackWalker.getInstance().walk(frames -> (int) frames.count());
  }

  private void bring(String client, int number) {
    bring(Collections.nCopies(number, client));
  }

  private void bring(List<String> clients) {
    asked.addAll(on(() -> clients.stream().map(this::ask).toList()));
  }

  private Future<String> ask(String client) {
    return checks.check(
        client,
        () -> {
          gate.await();
          done.add(client);
          return client;
        });
  }

  private static List<String> networks(int number, IntFunction<String> name) {
    return IntStream.range(0, number).mapToObj(name).toList();
  }

  private void settle() {
    gate.countDown();
    try {
      Future.join(asked)
          .otherwiseEmpty()
          .toCompletionStage()
          .toCompletableFuture()
          .get(1, TimeUnit.MINUTES);
    } catch (Exception e) {
      long open = asked.stream().filter(one -> !one.isComplete()).count();
      throw new AssertionError(
          "%d of %d are open, %d were done".formatted(open, asked.size(), done.size()), e);
    }
  }

  /** They belong to one event loop. */
  private <T> T on(Supplier<T> asks) {
    return CompletableFuture.supplyAsync(asks, task -> loop.runOnContext(_ -> task.run()))
        .orTimeout(1, TimeUnit.MINUTES)
        .join();
  }
}
