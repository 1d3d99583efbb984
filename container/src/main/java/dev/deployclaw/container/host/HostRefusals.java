package dev.deployclaw.container.host;

import dev.deployclaw.container.confinement.RefusalLog;
import dev.deployclaw.core.call.ExecutorIsolation.Violation;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the kernel refused one start of a host, and whether it tells that. For any thread. */
final class HostRefusals {
  private static final Logger LOG = LoggerFactory.getLogger(HostRefusals.class);

  private static final String SILENT =
      "not even those that its own attempts met are told: the kernel's audit is off, or this process"
          + " may read neither it nor the kernel's log";

  private final RefusalLog log;
  private final long pid;
  private final Instant begun;
  private boolean heard;
  private long told;

  HostRefusals(RefusalLog log, long pid, Instant begun) {
    this.log = log;
    this.pid = pid;
    this.begun = begun;
  }

  /** The last of them, where there are more than at the question before. */
  synchronized Optional<Violation> further() {
    var found = log.of(pid, begun);
    heard |= found.isPresent();
    if (found.isEmpty() || found.get().count() <= told) {
      return Optional.empty();
    }
    told = found.get().count();
    var rights = String.join(", ", found.get().rights());
    LOG.atError()
        .addKeyValue("pid", pid)
        .addKeyValue("rights", rights)
        .addKeyValue("least", told)
        .addKeyValue("domain", found.get().domain())
        .log("The kernel refused an executor host what it may not do");
    return Optional.of(
        new Violation(
            found.get().at(),
            "was refused %s by the kernel, %d times or more (domain=%s)"
                .formatted(rights, told, found.get().domain())));
  }

  /** Why refusals aren't told; empty where they are, as the host's own attempts were. */
  synchronized Optional<String> untold() {
    heard = heard || log.of(pid, begun).isPresent();
    return heard ? Optional.empty() : Optional.of(SILENT);
  }
}
