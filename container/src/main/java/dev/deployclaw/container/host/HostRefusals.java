package dev.deployclaw.container.host;

import dev.deployclaw.container.confinement.RefusalLog;
import dev.deployclaw.container.confinement.RefusalRecord;
import dev.deployclaw.container.confinement.RefusalRecord.Refusal;
import dev.deployclaw.container.confinement.RefusalRecord.RefusedCall;
import dev.deployclaw.core.call.ExecutorIsolation.Violation;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the kernel refused one start of a host, and whether it tells that. What a program is refused
 * before it is ready isn't told: its probe's attempts, and what its language looks for, which no
 * client has influenced. For any thread.
 */
final class HostRefusals {
  private static final Logger LOG = LoggerFactory.getLogger(HostRefusals.class);

  private static final String SILENT =
      "the agent sees no refusal: the kernel's audit is off, or this process may read neither the"
          + " audit nor the kernel's log";

  private static final String CALLS_ALONE =
      "the agent sees only refused system calls: the kernel's audit is off, or the kernel is old";

  private static final String RULES_ALONE =
      "the agent doesn't see refused system calls: the kernel's seccomp/actions_logged lacks errno,"
          + " or its log left them out";

  private static final String PERMISSIONS =
      "the agent doesn't see refusals by file permissions: no deployclaw-probe rule names the"
          + " host's user, or the kernel's log, without the audit's socket, left them out";

  private final RefusalLog log;
  private final long pid;
  private final Instant begun;

  /** System calls that were logged; there are few. */
  private final Set<String> tried = new HashSet<>();

  private Instant ready = Instant.MAX;
  private Instant told = Instant.MAX;
  private Optional<String> domain = Optional.empty();

  /**
   * One refusal.
   *
   * @param rights that lacked
   * @param record by what it is found in the kernel's log
   */
  private record ToldRefusal(Instant at, List<String> rights, String record) {
    static ToldRefusal of(Refusal refusal) {
      return new ToldRefusal(refusal.at(), refusal.rights(), "domain=" + refusal.domain());
    }

    static ToldRefusal of(RefusedCall call) {
      return new ToldRefusal(call.at(), List.of("call." + call.call()), "pid=" + call.pid());
    }
  }

  private HostRefusals(RefusalLog log, long pid, Instant begun) {
    this.log = log;
    this.pid = pid;
    this.begun = begun;
  }

  /**
   * Those from now on.
   *
   * @param user of hosts alone: theirs are its calls, too, if their process has ended
   */
  static HostRefusals watch(RefusalLog log, long pid, Instant begun, OptionalInt user) {
    log.watch(pid, begun, user);
    return new HostRefusals(log, pid, begun);
  }

  /** From now on it is refused what it may not do. */
  synchronized void ready(Instant at) {
    ready = at;
    told = at;
  }

  /**
   * The last of them, where there are more than at the question before. System calls that honest
   * programs try and do without are logged alone.
   */
  synchronized Optional<Violation> further() {
    logTries();
    var further =
        Stream.concat(byLandlock(), byCalls())
            .filter(r -> r.at().isAfter(told))
            .sorted(Comparator.comparing(ToldRefusal::at))
            .toList();
    if (further.isEmpty()) {
      return Optional.empty();
    }
    var last = further.getLast();
    told = last.at();
    String rights =
        further.stream()
            .flatMap(r -> r.rights().stream())
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    LOG.atError()
        .addKeyValue("pid", pid)
        .addKeyValue("rights", rights)
        .addKeyValue("least", further.size())
        .addKeyValue("record", last.record())
        .log("The kernel refused an executor host what it may not do");
    return Optional.of(
        new Violation(told, "was refused %s by the kernel (%s)".formatted(rights, last.record())));
  }

  private void logTries() {
    log.calls(pid).stream()
        .filter(call -> call.tried() && call.at().isAfter(ready) && tried.add(call.call()))
        .forEach(call ->
            LOG.atInfo()
                .addKeyValue("pid", pid)
                .addKeyValue("call", call.call())
                .addKeyValue("record", "pid=" + call.pid())
                .log("An executor host tried a system call that it does without"));
  }

  private Stream<ToldRefusal> byLandlock() {
    return domain().stream().flatMap(d -> log.of(d).stream()).map(ToldRefusal::of);
  }

  /** Its own end by such a call is told by its exit. */
  private Stream<ToldRefusal> byCalls() {
    return log.calls(pid).stream()
        .filter(call -> !call.tried() && !call.isProbe() && !(call.fatal() && call.pid() == pid))
        .map(ToldRefusal::of);
  }

  /** Why refusals aren't told; empty where they are, as those of its start were. */
  synchronized Optional<String> untold() {
    var proved =
        log.calls(pid).stream().filter(RefusedCall::isProbe).map(RefusedCall::call).toList();
    boolean permissions = proved.contains(RefusalRecord.PROBE);
    boolean calls = proved.stream().anyMatch(call -> !call.equals(RefusalRecord.PROBE));
    if (domain().isEmpty()) {
      return Optional.of(calls ? CALLS_ALONE : SILENT);
    }
    return permissions && calls ? Optional.empty() : Optional.of(calls ? PERMISSIONS : RULES_ALONE);
  }

  /** Its ruleset, known for good: a host can't drown that by starting others. */
  private Optional<String> domain() {
    domain = domain.or(() -> log.domain(pid, begun));
    return domain;
  }
}
