package dev.deployclaw.bench.console;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** Many who follow one execution, which waits until all are there, each over its own connection. */
record FollowerCrowd(Vertx vertx, ServedLab served, int size) {
  private static final Duration LEASE = Duration.ofSeconds(60);
  private static final int MOST_SECONDS = 120;
  private static final int OK = 200;
  private static final String RESULT = "event: result";

  /**
   * What they cost.
   *
   * @param before KiB of the agent without them
   * @param with KiB with all of them
   * @param nanos from the execution's start until the last had its result
   * @param bytes that all of them got
   */
  record CrowdFigures(int size, long before, long with, long nanos, long bytes) {}

  CrowdFigures follow() throws Exception {
    var client =
        vertx.createHttpClient(
            new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(size + 1));
    var watch = new Watch(new CountDownLatch(size), new CountDownLatch(size), new AtomicLong());
    long before;
    long with;
    try (var _ = served.state().stand("bench", LEASE).orElseThrow()) {
      var submitted = submit(client);
      before = served.resident();
      vertx.runOnContext(_ -> {
        for (int i = 0; i < size; i++) {
          stream(client, submitted, watch);
        }
      });
      await(watch.there(), "all follow");
      with = served.resident();
    }
    long begin = System.nanoTime();
    await(watch.ended(), "all have the result");
    return new CrowdFigures(size, before, with, System.nanoTime() - begin, watch.bytes().get());
  }

  private String submit(HttpClientAgent client)
      throws InterruptedException, ExecutionException, TimeoutException {
    var body = new JsonObject().put("request", "destroy all tenants").toBuffer();
    var options =
        options("/v1/tasks", HttpMethod.POST).putHeader("Content-Type", "application/json");
    var answer =
        client
            .request(options)
            .compose(request -> request.send(body))
            .compose(reply -> reply.body())
            .toCompletionStage()
            .toCompletableFuture()
            .get(MOST_SECONDS, TimeUnit.SECONDS);
    return answer.toJsonObject().getString("events");
  }

  /** How many are there, and how many have their result. */
  private record Watch(CountDownLatch there, CountDownLatch ended, AtomicLong bytes) {
    /**
     * @param tail what was got before, as much of it as a word may begin in
     */
    void got(StringBuilder tail, Buffer more) {
      bytes.addAndGet(more.length());
      tail.append(more);
      if (tail.indexOf(RESULT) >= 0) {
        tail.setLength(0);
        ended.countDown();
      }
      tail.delete(0, Math.max(0, tail.length() - RESULT.length()));
    }
  }

  private void stream(HttpClientAgent client, String path, Watch watch) {
    var _ =
        client
            .request(options(path, HttpMethod.GET))
            .compose(request -> request.send())
            .onSuccess(answer -> {
              if (answer.statusCode() == OK) {
                watch.there().countDown();
              }
              var tail = new StringBuilder();
              answer.handler(more -> watch.got(tail, more));
            });
  }

  private RequestOptions options(String path, HttpMethod method) {
    return new RequestOptions()
        .setMethod(method)
        .setAbsoluteURI(served.address() + path)
        .putHeader("Authorization", "Bearer " + ServedLab.TOKEN);
  }

  private static void await(CountDownLatch latch, String what)
      throws InterruptedException, IOException {
    if (!latch.await(MOST_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("it takes too long until " + what + ": " + latch.getCount() + " left");
    }
  }
}
