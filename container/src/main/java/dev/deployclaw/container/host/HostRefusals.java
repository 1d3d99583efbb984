package dev.deployclaw.container.host;

import dev.deployclaw.container.confinement.LandlockRecord.Refusal;
import dev.deployclaw.container.confinement.RefusalLog;
import dev.deployclaw.core.call.ExecutorIsolation.Violation;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Collectors;
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
      "not even those that its own attempts met are told: the kernel's audit is off, or this process"
          + " may read neither it nor the kernel's log";

  private final RefusalLog log;
  private final long pid;
  private final Instant begun;
  private Instant told = Instant.MAX;
  private Optional<String> domain = Optional.empty();

  HostRefusals(RefusalLog log, long pid, Instant begun) {
    this.log = log;
    this.pid = pid;
    this.begun = begun;
  }

  /** From now on it is refused what it may not do. */
  synchronized void ready(Instant at) {
    told = at;
  }

  /** The last of them, where there are more than at the question before. */
  synchronized Optional<Violation> further() {
    var further =
        heard().stream()
            .flatMap(d -> log.of(d).stream())
            .filter(r -> r.at().isAfter(told))
            .sorted(Comparator.comparing(Refusal::at))
            .toList();
    if (further.isEmpty()) {
      return Optional.empty();
    }
    told = further.getLast().at();
    var ruleset = further.getLast().domain();
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
        .addKeyValue("domain", ruleset)
        .log("The kernel refused an executor host what it may not do");
    return Optional.of(
        new Violation(told, "was refused %s by the kernel (domain=%s)".formatted(rights, ruleset)));
  }

  /** Why refusals aren't told; empty where they are, as the host's own attempts were. */
  synchronized Optional<String> untold() {
    return heard().isPresent() ? Optional.empty() : Optional.of(SILENT);
  }

  /** Its ruleset, known for good: a host can't drown that by starting others. */
  private Optional<String> heard() {
    domain = domain.or(() -> log.domain(pid, begun));
    return domain;
  }
}
