package dev.deployclaw.bench.log;

import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.bench.measure.AlternatingRounds;
import dev.deployclaw.bench.measure.TimingSamples;
import dev.deployclaw.bench.sample.SampleLogEntries;
import dev.deployclaw.core.environment.RetryPolicy;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.testkit.server.NatsServer;
import io.nats.client.Connection;
import io.nats.client.JetStreamOptions;
import io.nats.client.api.PublishAck;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Records that wait in the journal's files go to JetStream, each acknowledged and its cursor kept,
 * against the same bytes published asynchronously without anything else. A server of its own.
 */
record ShippingMeasurement(Path folder, NatsServer nats, Connection connection)
    implements AutoCloseable {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration PAUSE = Duration.ofMillis(5);
  private static final String BARE = "bare.log";
  private static final String PLAIN = "plain.log";
  private static final int IN_FLIGHT = 256;

  static ShippingMeasurement start(Path folder) throws Exception {
    var nats = NatsServer.start(Files.createDirectories(folder.resolve("nats")));
    var connection = io.nats.client.Nats.connect(nats.url());
    var stream =
        StreamConfiguration.builder()
            .name("BARE")
            .subjects(BARE)
            .storageType(StorageType.File)
            .build();
    var _ = connection.jetStreamManagement().addStream(stream);
    return new ShippingMeasurement(folder, nats, connection);
  }

  /** Against JetStream, and against a server that keeps nothing. */
  List<LogThroughput> measure(int records, AlternatingRounds turns) throws Exception {
    var sealed = SampleLogEntries.sealed(SampleLogEntries.of("bench-ship", records));
    var taken =
        turns.take(
            List.of(
                round -> shipping(round, records), _ -> publishing(sealed), _ -> throwing(sealed)));
    String title = "JetStream, acknowledged";
    return List.of(
        new LogThroughput(title, records, taken.get(0), "bare asynchronous publish", taken.get(1)),
        new LogThroughput(title, records, taken.get(0), "publish without JetStream", taken.get(2)));
  }

  /** How long each thought took from its append to a subscriber, the file's sync included. */
  TimingSamples follow(int thoughts, int rate) throws Exception {
    var sealed = SampleLogEntries.sealed(SampleLogEntries.of("bench-follow", thoughts));
    var begun = new AtomicLongArray(thoughts);
    var taken = new AtomicLongArray(thoughts);
    var left = new CountDownLatch(thoughts);
    var dispatcher =
        connection.createDispatcher(message -> {
          String subject = message.getSubject();
          int n = Integer.parseInt(subject.substring(subject.lastIndexOf('.') + 1)) - 1;
          taken.set(n, System.nanoTime() - begun.get(n));
          left.countDown();
        });
    dispatcher.subscribe("deployclaw.audit.bench-follow.*");
    connection.flush(LONG);
    try (var journal = FileJournal.open(folder.resolve("follow"), NatsSettings.of(nats.url()))) {
      long begin = System.nanoTime();
      for (int n = 0; n < thoughts; n++) {
        waitUntil(begin + n * TimeUnit.SECONDS.toNanos(1) / rate);
        begun.set(n, System.nanoTime());
        journal.append("bench-follow", sealed.get(n));
      }
      if (!left.await(LONG.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException(left.getCount() + " thoughts never arrived");
      }
    }
    List<Long> out = new ArrayList<>();
    for (int n = 0; n < thoughts; n++) {
      out.add(taken.get(n));
    }
    return new TimingSamples(out);
  }

  private static void waitUntil(long nanoTime) {
    for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /** From the start of the shipper, which connects first, to the last acknowledgement. */
  private long shipping(int round, int records) throws Exception {
    String execution = "bench-ship-" + round; // the server knows a record again for two minutes
    Path state = folder.resolve("ship-" + round);
    Path file = Files.createDirectories(state.resolve("executions")).resolve(execution + ".jsonl");
    write(file, SampleLogEntries.sealed(SampleLogEntries.of(execution, records)));
    System.gc();
    long begin = System.nanoTime();
    try (var journal = FileJournal.open(state, NatsSettings.of(nats.url()))) {
      long left = RetryPolicy.within(LONG, PAUSE).until(bytes -> bytes == 0, journal::waiting);
      if (left > 0) {
        throw new IllegalStateException("not shipped: " + left + " bytes");
      }
      return System.nanoTime() - begin;
    }
  }

  private static void write(Path file, List<SealedRecord> sealed) throws IOException {
    try (var out = Files.newOutputStream(file)) {
      for (SealedRecord one : sealed) {
        out.write(one.bytes());
        out.write('\n');
      }
    }
  }

  private long publishing(List<SealedRecord> sealed) throws Exception {
    var stream = connection.jetStream(JetStreamOptions.defaultOptions());
    List<CompletableFuture<PublishAck>> window = new ArrayList<>();
    long begin = System.nanoTime();
    for (SealedRecord one : sealed) {
      window.add(stream.publishAsync(BARE, one.bytes()));
      if (window.size() == IN_FLIGHT) {
        all(window);
      }
    }
    all(window);
    return System.nanoTime() - begin;
  }

  private static void all(List<CompletableFuture<PublishAck>> window) throws Exception {
    for (var one : window) {
      var _ = one.get(LONG.toSeconds(), TimeUnit.SECONDS);
    }
    window.clear();
  }

  private long throwing(List<SealedRecord> sealed) throws Exception {
    long begin = System.nanoTime();
    for (SealedRecord one : sealed) {
      connection.publish(PLAIN, one.bytes());
    }
    connection.flush(LONG);
    return System.nanoTime() - begin;
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    nats.close();
  }
}
