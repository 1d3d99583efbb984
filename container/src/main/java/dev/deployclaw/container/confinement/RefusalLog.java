package dev.deployclaw.container.confinement;

import dev.deployclaw.container.confinement.LandlockRecord.OwnAttempt;
import dev.deployclaw.container.confinement.LandlockRecord.Owner;
import dev.deployclaw.container.confinement.LandlockRecord.Refusal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What Landlock refused the processes of this machine, as far as the kernel tells it: its audit
 * must be on, without a daemon that takes the records, and its log readable. The log repeats at
 * most ten messages in five seconds, so a count is a least one. Read by a thread of its own, as
 * long as this process lives. For any thread.
 *
 * <p>Linux has no smaller way: Landlock tells its refusals to the audit alone. That needs no
 * library: each read of the log returns one message (dev-kmsg of the kernel's ABI).
 */
public final class RefusalLog {
  /** Of rulesets that refused something; the one that is silent the longest is forgotten. */
  private static final int MOST_DOMAINS = 1_024;

  /** Kinds of rights that are named. */
  private static final int MOST_RIGHTS = 16;

  /** The kernel's own bound of a message is 8 KiB. */
  private static final int LONGEST_MESSAGE = 16 * 1024;

  /** How far the audit's clock may be behind ours. */
  private static final Duration CLOCKS = Duration.ofSeconds(1);

  private static final Path LOG = Path.of("/dev/kmsg");

  /** What the JDK says of EPIPE: what was not read yet is gone, and the next read goes on. */
  private static final String OVERWRITTEN = "Broken pipe";

  private final Map<String, Domain> domains = new LinkedHashMap<>(16, 0.75f, true);
  private volatile Optional<String> closed = Optional.empty();

  private static final class Shared {
    static final RefusalLog HERE = follow(LOG);
  }

  /** One ruleset's. */
  private static final class Domain {
    private @Nullable Owner owner;
    private Instant at = Instant.MIN;
    private long count;
    private final SortedSet<String> rights = new TreeSet<>();
    private final Set<OwnAttempt> tried =
        EnumSet.noneOf(OwnAttempt.class);

    boolean isOf(long pid, Instant since) {
      return owner != null && owner.pid() == pid && !owner.at().isBefore(since);
    }

    void add(Refusal refusal) {
      if (refusal.attempt().filter(tried::add).isPresent()) {
        return;
      }
      count++;
      at = refusal.at();
      refusal.rights().stream().limit(MOST_RIGHTS - rights.size()).forEach(rights::add);
    }

    Refusals told(String domain) {
      return new Refusals(count, at, new TreeSet<>(rights), domain);
    }
  }

  /**
   * What one process and its children were refused, without the attempts of its own probe.
   *
   * @param count at least
   * @param at the last one
   * @param rights that lacked
   * @param domain the kernel's number of its ruleset, by which its log is searched
   */
  public record Refusals(long count, Instant at, SortedSet<String> rights, String domain) {}

  RefusalLog() {}

  /** This machine's. */
  public static RefusalLog here() {
    return Shared.HERE;
  }

  private static RefusalLog follow(Path file) {
    var log = new RefusalLog();
    Thread.ofPlatform().daemon().name("kernel-log").start(() -> log.read(file));
    return log;
  }

  private void read(Path file) {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      var buffer = ByteBuffer.allocate(LONGEST_MESSAGE);
      boolean more = true;
      while (more) {
        more = readOne(channel, buffer.clear());
      }
      closed = Optional.of(file + " has ended");
    } catch (IOException e) {
      closed = Optional.of("the kernel's log can't be read: " + e.getMessage());
    }
  }

  private boolean readOne(FileChannel channel, ByteBuffer buffer) throws IOException {
    try {
      boolean more = channel.read(buffer) > 0;
      take(StandardCharsets.UTF_8.decode(buffer.flip()).toString());
      return more;
    } catch (IOException e) {
      if (!OVERWRITTEN.equals(e.getMessage())) {
        throw e;
      }
      return true;
    }
  }

  /** One message of the log. */
  synchronized void take(String message) {
    var record = LandlockRecord.of(message);
    if (record.isEmpty()) {
      return;
    }
    var domain = domains.computeIfAbsent(record.get().domain(), _ -> new Domain());
    switch (record.get()) {
      case Owner owner -> domain.owner = owner;
      case Refusal refusal -> domain.add(refusal);
    }
    if (domains.size() > MOST_DOMAINS) {
      domains.remove(domains.keySet().iterator().next());
    }
  }

  /**
   * What a process was refused. Empty where nothing is told of it, not even the attempts of its
   * probe.
   *
   * @param since its start: an earlier process may have had the same number
   */
  public synchronized Optional<Refusals> of(long pid, Instant since) {
    return domains.entrySet().stream()
        .filter(e -> e.getValue().isOf(pid, since.minus(CLOCKS)))
        .findFirst()
        .map(e -> e.getValue().told(e.getKey()));
  }

  /** Why nothing more is read; empty while it is. */
  public Optional<String> closed() {
    return closed;
  }
}
