package dev.deployclaw.container.query;

import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.query.AgentStatusReport;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.ScanReport;
import dev.deployclaw.core.rollback.CheckpointReport;
import dev.deployclaw.core.service.QueryService;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.policy.document.DocumentProblem;
import dev.deployclaw.policy.finding.PolicyFinding;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the estate for its callers. One scan at a time, and one that is a few seconds old serves
 * again: however many ask, the back ends are asked little. Any thread.
 */
public final class EstateQueries {
  private static final Duration FRESH = Duration.ofSeconds(5);

  private final Supplier<QueryService> queries;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Seen last;

  /**
   * @param queries makes one for each scan
   */
  public EstateQueries(Supplier<QueryService> queries, InstantSource clock) {
    this.queries = queries;
    this.clock = clock;
  }

  /** What a scan saw, and when. */
  record Seen(Instant at, ScanReport answer) {}

  /**
   * What is where.
   *
   * @throws Unreachable as the others, when the state store can't be reached
   */
  public Map<String, Object> topology() throws InterruptedException {
    var seen = scan();
    var out = begin(seen);
    var looks = new TreeMap<String, Object>();
    seen.answer()
        .looks()
        .forEach((operation, outcome) -> {
          if (operation.endsWith(".topology")) {
            looks.put(operation, OutcomeDocuments.document(outcome));
          }
        });
    out.put("looks", looks);
    return out;
  }

  /** What is committed, under way and held, from the state store. */
  public AgentStatusReport status() throws InterruptedException {
    var status = queries.get().storeStatus();
    if (!status.unreachable().isEmpty()) {
      throw unreachable(status.unreachable());
    }
    return status;
  }

  /** The committed policies, and what is wrong with the sources. */
  public Map<String, Object> policies() throws InterruptedException {
    var committed = queries.get().policies();
    if (committed.exit() == ExitCode.UNREACHABLE) {
      throw unreachable(committed.reason());
    }
    var seen = scan();
    var out = begin(seen);
    out.put("epoch", committed.epoch());
    out.put("digest", committed.set().digest());
    out.put("committed", parsed(committed.set().bytes()));
    out.put("problems", seen.answer().problems().stream().map(DocumentProblem::text).toList());
    out.put("findings", seen.answer().findings().stream().map(PolicyFinding::toMap).toList());
    return out;
  }

  /** How what is enforced differs from what is committed and wanted. */
  public Map<String, Object> drift() throws InterruptedException {
    var seen = scan();
    var out = begin(seen);
    out.put("drift", seen.answer().drift().stream().map(Discrepancy::toMap).toList());
    return out;
  }

  /** What a rollback of a change would do now, and whether its checkpoint is what it was. */
  public CheckpointReport rehearsal(String change) throws InterruptedException {
    var report = queries.get().verifyCheckpoint(change);
    if (report.exit() == ExitCode.UNREACHABLE) {
      throw unreachable(report.reason());
    }
    return report;
  }

  private static Map<String, Object> begin(Seen seen) {
    var out = new LinkedHashMap<String, Object>();
    out.put("seen_at", seen.at().toString());
    out.put("epoch", seen.answer().epoch());
    return out;
  }

  /** However old; empty before the first. */
  Optional<Seen> lastSeen() {
    return Optional.ofNullable(last);
  }

  Seen scan() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      var now = clock.instant();
      var known = Optional.ofNullable(last).filter(s -> s.at().plus(FRESH).isAfter(now));
      if (known.isPresent()) {
        return known.get();
      }
      var answer = queries.get().scan();
      if (answer.exit() == ExitCode.UNREACHABLE) {
        throw unreachable(answer.reason());
      }
      var seen = new Seen(clock.instant(), answer);
      last = seen;
      return seen;
    } finally {
      lock.unlock();
    }
  }

  static Unreachable unreachable(String reason) {
    return new Unreachable(reason, new IllegalStateException(reason));
  }

  private static Object parsed(byte[] canonical) {
    try {
      return StrictJson.parse(canonical);
    } catch (StrictJson.Malformed e) {
      throw new IllegalStateException("a policy set isn't JSON", e);
    }
  }
}
