package dev.deployclaw.ratelimit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DecisionDeadlinesTest {
  private final Vertx vertx = Vertx.vertx();
  private final Context loop = vertx.getOrCreateContext();
  private final AtomicInteger late = new AtomicInteger();
  private DecisionDeadlines deadlines;

  @BeforeEach
  void start() throws Exception {
    deadlines =
        on(() -> Future.succeededFuture(new DecisionDeadlines(vertx, Duration.ofMillis(40))));
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
  }

  @Test
  void whatNeverComesIsAnsweredFor() throws Exception {
    Promise<String> never = Promise.promise();

    assertThat(on(() -> bound(never))).isEqualTo("late");

    assertThat(never.tryComplete("too late")).isFalse();
    assertThat(late).hasValue(1);
  }

  @Test
  void whatComesInTimeIsPassedOn() throws Exception {
    Promise<String> atOnce = Promise.promise();
    atOnce.complete("at once");
    assertThat(on(() -> bound(atOnce))).isEqualTo("at once");
    Promise<String> soon = Promise.promise();
    loop.runOnContext(_ -> loop.runOnContext(_ -> soon.complete("soon")));

    assertThat(on(() -> bound(soon))).isEqualTo("soon");
    assertThat(on(() -> bound(Promise.promise())))
        .as("one that came doesn't hide the next")
        .isEqualTo("late");
    assertThat(late).hasValue(1);
  }

  @Test
  void aFailureStaysOne() throws Exception {
    Promise<String> failing = Promise.promise();
    loop.runOnContext(_ -> loop.runOnContext(_ -> failing.fail("no")));

    assertThat(on(() -> bound(failing).otherwise(Throwable::getMessage))).isEqualTo("no");
  }

  /** What is kept would be carried through each collection until its time is over. */
  @Test
  void whatWasAnsweredIsKeptNoLonger() throws Exception {
    int kept =
        on(() -> {
          var patient = new DecisionDeadlines(vertx, Duration.ofHours(1));
          for (int i = 0; i < 1_000; i++) {
            Promise<String> asked = Promise.promise();
            patient.bound(asked, () -> "late");
            asked.complete("in time");
          }
          return Future.succeededFuture(patient.size());
        });

    assertThat(kept).isOne();
  }

  private Future<String> bound(Promise<String> asked) {
    deadlines.bound(
        asked,
        () -> {
          late.incrementAndGet();
          return "late";
        });
    return asked.future();
  }

  /** They belong to one event loop. */
  private <T> T on(Supplier<Future<T>> asks) throws Exception {
    var done = new CompletableFuture<T>();
    loop.runOnContext(
        _ -> asks.get().onSuccess(done::complete).onFailure(done::completeExceptionally));
    return done.get(1, TimeUnit.MINUTES);
  }
}
