package dev.deployclaw.container.confinement;

import dev.deployclaw.container.confinement.RefusalRecord.Caller;
import dev.deployclaw.container.confinement.RefusalRecord.Owner;
import dev.deployclaw.container.confinement.RefusalRecord.Refusal;
import dev.deployclaw.container.confinement.RefusalRecord.RefusedCall;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the kernel refused the processes of this machine, as its audit tells it: by its socket where
 * this process may listen there, and by the kernel's log. Two threads read, as long as this process
 * lives. For any thread.
 */
public final class RefusalLog {
  private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);

  /** The kernel's own bounds are 8 and 9 KiB. */
  static final int LONGEST_MESSAGE = 16 * 1024;

  /** Of rulesets that refused something; the one that is silent the longest is forgotten. */
  private static final int MOST_DOMAINS = 1_024;

  /** That are known of a ruleset. */
  private static final int MOST_PROCESSES = 16;

  /** That are kept of a ruleset, the last ones. */
  private static final int MOST_REFUSALS = 64;

  /** Of hosts that are watched; the one that isn't asked for the longest is forgotten. */
  private static final int MOST_HOSTS = 256;

  /** Of a process: those that started it are asked for no further. */
  private static final int MOST_GENERATIONS = 8;

  /** Messages and events that are known again. */
  private static final int MOST_KNOWN = 256;

  /** How far the audit's clock may be behind ours. */
  private static final Duration CLOCKS = Duration.ofSeconds(1);

  private final Map<String, Domain> domains = bounded(MOST_DOMAINS);
  private final Map<String, Domain> events = bounded(MOST_KNOWN);
  private final Map<Long, WatchedHost> hosts = bounded(MOST_HOSTS);
  private final Map<Long, CallingProcess> calling = bounded(MOST_KNOWN);
  private final Set<RefusalRecord> known = Collections.newSetFromMap(bounded(MOST_KNOWN));

  /** What messages come from. */
  interface Messages extends AutoCloseable {
    /** Waits for the next one; empty for one that can't be a record. */
    String next() throws IOException;

    @Override
    void close() throws IOException;
  }

  @FunctionalInterface
  private interface Source {
    Messages open() throws IOException;
  }

  private static final class Shared {
    static final RefusalLog HERE = listening();
  }

  /**
   * One ruleset's.
   *
   * @param processes that are known of it, and when they were seen last
   * @param last refusals
   */
  private record Domain(Map<Long, Instant> processes, Deque<Refusal> last) {
    boolean isOf(long pid, Instant since) {
      return !processes.getOrDefault(pid, Instant.MIN).isBefore(since);
    }

    void add(Refusal refusal) {
      if (!refusal.rights().isEmpty()) {
        last.addLast(refusal);
      }
      if (last.size() > MOST_REFUSALS) {
        last.removeFirst();
      }
    }
  }

  /**
   * One start of a host.
   *
   * @param user that only such hosts have
   * @param starters of the host; one of them or init adopts processes whose parents have ended
   * @param last calls that were refused: no more kinds than {@link Syscall} and rules have
   */
  private record WatchedHost(
      Instant since, OptionalInt user, Set<Long> starters, Map<CallKind, RefusedCall> last) {
    void add(RefusedCall call, boolean own) {
      if (!call.at().isBefore(since.minus(CLOCKS))) {
        last.merge(
            new CallKind(own, call.call(), call.fatal(), call.tried()),
            call,
            (before, next) -> next.at().isBefore(before.at()) ? before : next);
      }
    }

    boolean isOf(RefusedCall call, Optional<Long> starter) {
      return user.isPresent()
          && user.getAsInt() == call.user()
          && !call.isProbe()
          && starter.stream().allMatch(s -> s == 1 || starters.contains(s));
    }
  }

  /**
   * What a host keeps the last call of.
   *
   * @param own whether its first process made it
   */
  private record CallKind(boolean own, String call, boolean fatal, boolean tried) {}

  /**
   * Who made a call.
   *
   * @param callers the process and those that started it, as far as they were there
   * @param starter the first of them that has another user; none where one of its user has ended
   */
  private record CallingProcess(Instant at, Set<Long> callers, Optional<Long> starter) {}

  RefusalLog() {}

  /** This machine's. */
  public static RefusalLog here() {
    return Shared.HERE;
  }

  private static RefusalLog listening() {
    var log = new RefusalLog();
    Source kernelLog = () -> KernelLog.open(Path.of("/dev/kmsg"));
    Thread.ofPlatform().daemon().name("kernel-audit").start(() -> log.follow(AuditSocket::open));
    Thread.ofPlatform().daemon().name("kernel-log").start(() -> log.follow(kernelLog));
    return log;
  }

  /** Until it can't be read: then nothing is told, which is found where somebody asks. */
  private void follow(Source source) {
    try (var messages = source.open()) {
      while (true) {
        take(messages.next());
      }
    } catch (IOException e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("No refusals are read there");
    }
  }

  /** One message, which may come twice. */
  synchronized void take(String message) {
    RefusalRecord.of(message).filter(r -> r instanceof Caller || known.add(r)).ifPresent(this::add);
  }

  /**
   * Callers are who laid a ruleset, if the log left that out; the audit's rules repeat such calls.
   */
  private void add(RefusalRecord record) {
    switch (record) {
      case Owner owner -> domain(owner.domain()).processes().put(owner.pid(), owner.at());
      case Refusal refusal -> {
        var domain = domain(refusal.domain());
        events.put(refusal.event(), domain);
        domain.add(refusal);
      }
      case Caller caller ->
          Optional.ofNullable(events.get(caller.event()))
              .ifPresent(domain -> domain.processes().put(caller.pid(), caller.at()));
      case RefusedCall call ->
          Optional.ofNullable(events.get(call.event()))
              .ifPresentOrElse(
                  domain -> domain.processes().put(call.pid(), call.at()), () -> addToHosts(call));
    }
  }

  /**
   * A host has the calls of its processes. One of a process that has ended, or whose parent has, is
   * found by its user alone: all hosts of that user have it. What another user's program started
   * and is still there is no host's.
   */
  private void addToHosts(RefusedCall call) {
    if (hosts.isEmpty()) {
      return;
    }
    var process = calling(call);
    var callers = process.callers();
    if (callers.stream().anyMatch(hosts::containsKey)) {
      hosts.forEach((pid, host) -> {
        if (callers.contains(pid)) {
          host.add(call, pid == call.pid());
        }
      });
    } else {
      var lost = hosts.values().stream().filter(host -> host.isOf(call, process.starter()));
      lost.forEach(host -> host.add(call, false));
    }
  }

  /** Those of a call shortly before are the same: a flood isn't asked for them each time. */
  private CallingProcess calling(RefusedCall call) {
    var before = calling.get(call.pid());
    if (before != null && !call.at().isAfter(before.at().plus(CLOCKS))) {
      return before;
    }
    var starter = processes(call.pid()).filter(pid -> !isOf(pid, call.user())).findFirst();
    var process = new CallingProcess(call.at(), callers(call.pid()), starter);
    calling.put(call.pid(), process);
    return process;
  }

  /** One that has just ended may be. */
  private static boolean isOf(long pid, long user) {
    try {
      var status = Files.readString(Path.of("/proc", Long.toString(pid), "status"));
      return status.contains("\nUid:\t" + user + "\t");
    } catch (IOException e) {
      return true;
    }
  }

  /** A record has no more than the process, and a filter holds for what that starts as well. */
  private static Set<Long> callers(long pid) {
    return Stream.concat(Stream.of(pid), processes(pid)).collect(Collectors.toUnmodifiableSet());
  }

  private static Stream<Long> processes(long pid) {
    return Stream.iterate(
            ProcessHandle.of(pid),
            Optional::isPresent,
            process -> process.flatMap(ProcessHandle::parent))
        .limit(MOST_GENERATIONS)
        .map(process -> process.orElseThrow().pid());
  }

  private Domain domain(String number) {
    return domains.computeIfAbsent(
        number, _ -> new Domain(bounded(MOST_PROCESSES), new ArrayDeque<>()));
  }

  /**
   * The ruleset that a process laid, once something of it was told; its children are under it, too.
   *
   * @param since its start: an earlier process may have had the same number
   */
  public synchronized Optional<String> domain(long pid, Instant since) {
    return domains.entrySet().stream()
        .filter(e -> e.getValue().isOf(pid, since.minus(CLOCKS)))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /**
   * From now on keeps the calls that a host is refused; of all others nothing is kept.
   *
   * @param since its start
   * @param user of hosts alone, by which children are found that have ended or lost their parent
   */
  public synchronized void watch(long pid, Instant since, OptionalInt user) {
    hosts.put(pid, new WatchedHost(since, user, callers(pid), new HashMap<>()));
  }

  /** The last calls of each name that a watched host was refused, in no order. */
  public synchronized List<RefusedCall> calls(long pid) {
    return Optional.ofNullable(hosts.get(pid))
        .map(host -> List.copyOf(host.last().values()))
        .orElse(List.of());
  }

  /** What a ruleset refused last; some may be left out. */
  public synchronized List<Refusal> of(String domain) {
    return Optional.ofNullable(domains.get(domain))
        .map(d -> List.copyOf(d.last()))
        .orElse(List.of());
  }

  private static <K, V> Map<K, V> bounded(int most) {
    return new LinkedHashMap<>(16, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > most;
      }
    };
  }

  /**
   * The kernel's log from its begin (dev-kmsg of the kernel's ABI): each read returns one message.
   * It has the audit's records where no daemon takes them, ten messages in five seconds at most.
   */
  private record KernelLog(FileChannel file, ByteBuffer buffer) implements RefusalLog.Messages {
    /** What programs write into it has a facility, and so a first number above 7. */
    private static final Pattern OF_THE_KERNEL = Pattern.compile("^[0-7],\\d+,\\d+,[^;\\n]*;");

    /** What the JDK says of EPIPE: what was not read in time is gone, and the next read goes on. */
    private static final String OVERWRITTEN = "Broken pipe";

    static RefusalLog.Messages open(Path path) throws IOException {
      return new KernelLog(
          FileChannel.open(path, StandardOpenOption.READ),
          ByteBuffer.allocate(RefusalLog.LONGEST_MESSAGE));
    }

    @Override
    public String next() throws IOException {
      try {
        if (file.read(buffer.clear()) < 0) {
          throw new IOException("the kernel's log has ended");
        }
      } catch (IOException e) {
        if (OVERWRITTEN.equals(e.getMessage())) {
          return "";
        }
        throw e;
      }
      String message = StandardCharsets.UTF_8.decode(buffer.flip()).toString();
      var own = OF_THE_KERNEL.matcher(message);
      return own.find() ? message.substring(own.end()) : "";
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
