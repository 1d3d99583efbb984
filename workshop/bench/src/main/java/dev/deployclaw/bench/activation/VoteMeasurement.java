package dev.deployclaw.bench.activation;

import dev.deployclaw.bench.measure.CheckedCalls;
import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.TimingSamples;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.executors.ratelimit.ConfiguredRedis;
import dev.deployclaw.executors.ratelimit.RateLimitExecutor;
import dev.deployclaw.executors.ratelimit.RateLimitSettings;
import dev.deployclaw.executors.ratelimit.RateLimitSettings.Service;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * One prepare in which many participants vote, and its floor: as many bare reads of the same
 * answers, as many at the same time. One process answers for all, under as many names.
 */
final class VoteMeasurement {
  private final RateLimitSettings settings;
  private final RateLimitExecutor executor;

  VoteMeasurement(URI url, int participants, ConfiguredRedis redis) {
    List<Service> named = new ArrayList<>();
    for (int i = 1; i <= participants; i++) {
      named.add(new Service("namespace-" + i, url, RateLimitSettings.Access.OPEN));
    }
    this.settings = RateLimitSettings.of(named);
    this.executor = new RateLimitExecutor(settings, redis);
  }

  /** Nanoseconds of whole prepares, and of whole rounds of bare reads. */
  record VoteFigures(int participants, TimingSamples votes, TimingSamples reads) {
    FigureTable<VoteFigures> table() {
      return new FigureTable<>(
              "votes", "Votes in one prepare, and as many bare reads", List.of(this))
          .whole("participants", "participants", VoteFigures::participants)
          .millis("votes ms", "votes_median_us", f -> f.votes.median())
          .millis("best", "votes_best_us", f -> f.votes.best())
          .millis("reads ms", "reads_median_us", f -> f.reads.median())
          .millis("best", "reads_best_us", f -> f.reads.best())
          .milli(
              "vote / read",
              "vote_to_read_milli",
              f -> f.votes.median() * 1_000 / f.reads.median());
    }
  }

  VoteFigures run(EpochSpec live, int warmUp, int rounds) throws InterruptedException {
    List<Long> votes = new ArrayList<>();
    List<Long> reads = new ArrayList<>();
    for (int i = 0; i < warmUp + rounds; i++) {
      long begin = System.nanoTime();
      CheckedCalls.on(executor, new ExecutorCall.Prepare(live));
      long voted = System.nanoTime();
      readAll();
      long read = System.nanoTime();
      if (i >= warmUp) {
        votes.add(voted - begin);
        reads.add(read - voted);
      }
    }
    return new VoteFigures(
        settings.services().size(), new TimingSamples(votes), new TimingSamples(reads));
  }

  private void readAll() throws InterruptedException {
    var places = new Semaphore(settings.atOnce());
    List<Future<?>> asked = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      settings.services().forEach(s -> asked.add(threads.submit(() -> inTurn(places, s.url()))));
      for (var one : asked) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a bare read failed", e);
    }
  }

  private static void inTurn(Semaphore places, URI url) {
    places.acquireUninterruptibly();
    try (var socket = new Socket(url.getHost(), url.getPort())) {
      String request =
          "GET /v1/status HTTP/1.1\r\nHost: "
              + url.getAuthority()
              + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      long bytes = socket.getInputStream().transferTo(OutputStream.nullOutputStream());
      if (bytes == 0) {
        throw new IllegalStateException("no answer");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      places.release();
    }
  }
}
