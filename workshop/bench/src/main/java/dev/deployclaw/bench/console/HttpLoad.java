package dev.deployclaw.bench.console;

import dev.deployclaw.bench.measure.TimingSamples;
import io.vertx.core.Context;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Callers who ask again as soon as they have an answer, all on one event loop. */
record HttpLoad(Context loop, HttpClientAgent client, int callers) {
  private static final int MOST_MINUTES = 3;
  private static final int OK = 200;

  /** What many answers of one address took, and all of them together. */
  record Answers(List<Long> nanos, long total) {}

  /** Throws where one isn't 200. */
  Answers ask(String address, int requests) throws InterruptedException {
    return new Run(address, requests).all();
  }

  private final class Run {
    private final RequestOptions options;
    private final int requests;
    private final List<Long> nanos = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger issued = new AtomicInteger();
    private final CountDownLatch left = new CountDownLatch(callers);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Run(String address, int requests) {
      this.requests = requests;
      this.options =
          new RequestOptions()
              .setMethod(HttpMethod.GET)
              .setAbsoluteURI(address)
              .putHeader("Authorization", "Bearer " + ServedLab.TOKEN);
    }

    Answers all() throws InterruptedException {
      long begin = System.nanoTime();
      loop.runOnContext(_ -> {
        for (int i = 0; i < callers; i++) {
          next();
        }
      });
      if (!left.await(MOST_MINUTES, TimeUnit.MINUTES)) {
        throw new IllegalStateException(options.getURI() + " doesn't answer");
      }
      var failed = failure.get();
      if (failed != null) {
        throw new IllegalStateException(options.getURI() + " failed", failed);
      }
      return new Answers(nanos, System.nanoTime() - begin);
    }

    private void next() {
      if (issued.getAndIncrement() >= requests || failure.get() != null) {
        left.countDown();
        return;
      }
      long begin = System.nanoTime();
      var _ =
          client
              .request(new RequestOptions(options))
              .compose(request -> request.send())
              .compose(answer -> answer.body().map(_ -> answer.statusCode()))
              .onComplete(done -> {
                boolean good = done.succeeded() && done.result() == OK;
                if (!good) {
                  failure.compareAndSet(
                      null,
                      done.failed()
                          ? done.cause()
                          : new IllegalStateException("answered " + done.result()));
                }
                nanos.add(System.nanoTime() - begin);
                next();
              });
    }
  }

  /** Of all rounds of one address. */
  record LoadFigures(String what, TimingSamples each, TimingSamples totals, int requests) {
    long perSecond() {
      return requests * 1_000_000_000L / Math.max(1, totals.median());
    }
  }
}
