package dev.deployclaw.audit.shipping;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.shipping.StreamLoss.Range;
import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.core.log.StreamCopy;
import dev.deployclaw.core.log.StreamCopy.Fork;
import dev.deployclaw.core.log.StreamCopy.Stuck;
import dev.deployclaw.policy.json.RecordJson;
import dev.deployclaw.policy.json.StrictJsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What is known of the stream, in files beside the logs: {@code <name>.repair} is a loss that is
 * being repaired, {@code .repaired} one that was, {@code <execution>.<seq>.fork} a fork, {@code
 * .stuck} a record that can't be shipped. Any thread.
 *
 * @param stream where there is none nothing waits
 */
public record StreamStateFiles(JournalFolder folder, Optional<NatsSettings> stream)
    implements StreamCopy {
  static final String REPAIR = ".repair";
  static final String REPAIRED = ".repaired";
  static final String FORK = ".fork";
  static final String STUCK = ".stuck";

  /** Bytes of the disk that new changes leave free: ways back write their logs there. */
  static final long RESERVE = 32L << 20;

  /** Logs whose waiting is counted, the newest ones. */
  private static final int MOST_COUNTED = 10_000;

  /** How often files are read again that change meanwhile; then those that went are left out. */
  private static final int MOST_READS = 5;

  /** Those of a state folder. */
  public static StreamCopy of(Path stateDir, NatsSettings settings) {
    return new StreamStateFiles(JournalFolder.in(stateDir), Optional.of(settings));
  }

  @Override
  public List<Repaired> repaired() {
    return all(REPAIRED, StreamLoss::read).stream()
        .sorted(Comparator.comparing(StreamLoss::noticed))
        .map(StreamLoss::repaired)
        .toList();
  }

  @Override
  public List<Fork> forks() {
    return all(FORK, StreamStateFiles::readFork);
  }

  @Override
  public List<Stuck> stuck() {
    return all(STUCK, StreamStateFiles::readStuck);
  }

  @Override
  public long unrepaired() {
    return open().stream().mapToLong(StreamLoss::records).sum();
  }

  @Override
  public int uncounted() {
    return Math.max(0, folder.executions().size() - MOST_COUNTED);
  }

  @Override
  public void alarmed(Fork fork) {
    keep(alarmed(fork, true));
  }

  private static Fork alarmed(Fork fork, boolean alarmed) {
    return new Fork(fork.execution(), fork.seq(), fork.here(), fork.there(), alarmed);
  }

  @Override
  public Optional<String> full() {
    long free = folder.free();
    if (free < RESERVE) {
      return Optional.of(
          ("%d KiB are free for logs, and %d KiB are reserved for rollbacks: free space "
                  + "in %s; a rollback still works")
              .formatted(free >> 10, RESERVE >> 10, folder.path()));
    }
    long waiting = stream.isPresent() ? waiting() : 0;
    return stream
        .filter(s -> waiting >= s.mostWaiting())
        .map(s ->
            ("%d KiB of log wait for the stream at %s, and the limit is %d KiB "
                    + "(nats.backlogMiB): nothing is lost, but the stream lacks these records; "
                    + "repair the stream (deployclaw doctor), then ask again; a rollback still "
                    + "works")
                .formatted(waiting >> 10, s.address(), s.mostWaiting() >> 10));
  }

  /** Bytes that the stream hasn't acknowledged; of the newest logs where there are many. */
  public long waiting() {
    var known = folder.executions();
    return known.subList(Math.max(0, known.size() - MOST_COUNTED), known.size()).stream()
        .mapToLong(
            id -> Math.max(0, folder.length(id) - ShippingCursor.load(folder.cursor(id)).offset()))
        .sum();
  }

  /** Losses that somebody began to repair. */
  public List<StreamLoss> open() {
    return all(REPAIR, StreamLoss::read);
  }

  void begin(StreamLoss loss) {
    folder.keep(loss.name() + REPAIR, loss.bytes());
  }

  /**
   * It was shipped again, but for what is left: that goes on as a loss by itself. A process that
   * dies in between finds the same files again.
   *
   * @param left what of it the stream still lacks
   */
  void done(StreamLoss loss, List<Range> left) {
    if (left.isEmpty()) {
      folder.rename(loss.name() + REPAIR, loss.name() + REPAIRED);
      return;
    }
    var given = loss.without(left);
    if (!given.ranges().isEmpty()) {
      begin(new StreamLoss(loss.noticed(), loss.cause(), left));
      folder.keep(given.name() + REPAIRED, given.bytes());
      folder.forget(loss.name() + REPAIR);
    }
  }

  /**
   * Keeps in mind what can't be shipped.
   *
   * @return whether it wasn't known as such
   */
  boolean held(Stuck one) {
    if (stuck().contains(one)) {
      return false;
    }
    folder.keep(name(one), RecordJson.canonical(one));
    return true;
  }

  /** The log's records with those numbers, both included, are shipped, or there are none. */
  void freed(String execution, long from, long to) {
    for (var one : stuck()) {
      if (one.execution().equals(execution) && one.seq() >= from && one.seq() <= to) {
        folder.forget(name(one));
      }
    }
  }

  /** Keeps a fork in mind; one that is known already keeps its alarm. */
  void found(Fork fork) {
    if (forks().stream().noneMatch(known -> alarmed(known, fork.alarmed()).equals(fork))) {
      keep(fork);
    }
  }

  /** The stream holds the log's records with those numbers, both included. */
  void over(String execution, long from, long to) {
    for (var fork : forks()) {
      if (fork.execution().equals(execution) && fork.seq() >= from && fork.seq() <= to) {
        folder.forget(name(fork));
      }
    }
  }

  private void keep(Fork fork) {
    folder.keep(name(fork), RecordJson.canonical(fork));
  }

  private static String name(Stuck one) {
    return one.execution() + "." + one.seq() + STUCK;
  }

  private static String name(Fork fork) {
    return fork.execution() + "." + fork.seq() + FORK;
  }

  /** What a file says. */
  @FunctionalInterface
  private interface FileReader<T> {
    T read(byte[] content) throws IOException;
  }

  /** All of one kind. Where one ends while they are read, or goes on as another, they are again. */
  private <T> List<T> all(String ending, FileReader<T> reader) {
    for (int reads = 1; ; reads++) {
      var out = new ArrayList<T>();
      boolean whole = true;
      for (String name : folder.named(ending)) {
        try {
          out.add(reader.read(folder.content(name)));
        } catch (NoSuchFileException e) {
          whole = false;
        } catch (IOException e) {
          throw new UncheckedIOException("can't read " + name, e);
        }
      }
      if (whole || reads == MOST_READS) {
        return out;
      }
    }
  }

  /** A file that keeps a fork in mind until it is over. */
  static Fork readFork(byte[] bytes) throws IOException {
    return entry(
        "a fork",
        "fork",
        bytes,
        json ->
            new Fork(
                json.text("execution"),
                json.number("seq"),
                json.text("here"),
                json.text("there"),
                json.flag("alarmed")));
  }

  /** A file that keeps in mind which record can't be shipped, and why. */
  static Stuck readStuck(byte[] bytes) throws IOException {
    return entry(
        "a record that can't be shipped",
        "record",
        bytes,
        json ->
            new Stuck(
                json.text("execution"), json.number("seq"), json.text("why"), json.text("remedy")));
  }

  /**
   * What a file says.
   *
   * @param name of the object in it, for its errors
   * @throws IOException when it is no entry for {@code what}
   */
  static <T> T entry(String what, String name, byte[] bytes, Function<StrictJsonObject, T> reader)
      throws IOException {
    try {
      return reader.apply(StrictJsonObject.parse(name, bytes));
    } catch (IllegalArgumentException e) {
      throw new IOException("not an entry for " + what + ": " + e.getMessage(), e);
    }
  }
}
