package dev.deployclaw.container.monitor;

import dev.deployclaw.container.config.MonitoringConfig;
import dev.deployclaw.container.file.AtomicFile;
import dev.deployclaw.core.change.probe.HeartbeatReport;
import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.environment.InterruptibleFunction;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the estate between changes: takes in what the rounds see, keeps the present state in a
 * file, and tells of what begins and ends. Any thread; each round on one.
 */
public final class EnforcementMonitor {
  private static final Logger LOG = LoggerFactory.getLogger(EnforcementMonitor.class);
  private static final String STATE = "state.json";
  private static final Duration SHORTEST_BEAT = Duration.ofSeconds(5);

  private final MonitoringConfig periods;
  private final AgentClock time;
  private final InterruptibleFunction<Duration, HeartbeatReport> beater;
  private final Consumer<AlertNotification> told;
  private final AlertStore board;
  private final EnforcementPointStates points = new EnforcementPointStates();
  private final Path file;
  private volatile @Nullable Beat last;
  private volatile @Nullable Drift drift;

  /**
   * When the points were last asked.
   *
   * @param epoch by which they were judged
   */
  public record Beat(Instant at, long epoch) {}

  /** What the last look at the whole estate found. */
  public record Drift(Instant at, List<Discrepancy> differences) {
    public Drift {
      differences = List.copyOf(differences);
    }

    /** How many of them are of what could be seen, or of silence. */
    public long known() {
      return differences.stream().filter(d -> d.kind() != Discrepancy.Kind.ACCESS_DENIED).count();
    }
  }

  /**
   * @param stateDir in which it keeps a folder of its own
   * @param domain tells estates apart whose notices meet at one receiver
   * @param told is handed what is to be told; must not block
   */
  public EnforcementMonitor(
      MonitoringConfig periods,
      AgentClock time,
      InterruptibleFunction<Duration, HeartbeatReport> beater,
      Path stateDir,
      String domain,
      Consumer<AlertNotification> told) {
    this.periods = periods;
    this.time = time;
    this.beater = beater;
    this.told = told;
    this.file = stateFile(stateDir);
    this.board = AlertStore.open(domain, file.resolveSibling("standing.json"));
  }

  /** Where a process beside this one can read the present state. */
  public static Path stateFile(Path stateDir) {
    return stateDir.resolve("watch").resolve(STATE);
  }

  public MonitoringConfig periods() {
    return periods;
  }

  /**
   * Asks all points; where one stands worse than before, asks once more after a quarter of the
   * period, and believes that. So a point that fails is known to within two periods, and a single
   * lost answer is no alarm.
   */
  public void heartbeat() throws InterruptedException {
    var answer = beater.apply(within());
    if (points.worsens(answer)) {
      time.pause(periods.heartbeat().dividedBy(4));
      answer = beater.apply(within());
    }
    var at = time.instant();
    points.see(answer, at);
    if (answer.reason().isEmpty()) {
      last = new Beat(at, answer.epoch());
    }
    see(Set.of(AlertKind.NOT_ENFORCED, AlertKind.ENFORCEMENT_UNKNOWN), points.conditions());
    deniedAccess();
    keep();
  }

  /** Takes in a look at the whole estate, made while no change was under way. */
  public void drifted(List<Discrepancy> differences) {
    drift = new Drift(time.instant(), differences);
    var known =
        differences.stream().filter(d -> d.kind() != Discrepancy.Kind.ACCESS_DENIED).toList();
    see(Set.of(AlertKind.DRIFT), known.isEmpty() ? List.of() : List.of(condition(known)));
    deniedAccess();
    keep();
  }

  /**
   * By both kinds of looks together. What an earlier process was denied isn't over before the first
   * look for drift of this one.
   */
  private void deniedAccess() {
    var looked = drift().isPresent() ? Set.of(AlertKind.ACCESS_DENIED) : Set.<AlertKind>of();
    var differences = drift().map(Drift::differences).orElse(List.of());
    see(looked, DeniedAccessAlerts.conditions(points.all(), differences));
  }

  /** Takes in conditions of some kinds: all of these that hold now. */
  public void see(Set<AlertKind> looked, Collection<AlertCondition> now) {
    board.see(looked, now, time.instant()).forEach(told);
  }

  /** How the enforcement points stand. */
  public List<EnforcementPointStatus> points() {
    return points.all();
  }

  /** Empty before the first. */
  public Optional<Beat> last() {
    return Optional.ofNullable(last);
  }

  /** Empty before the first. */
  public Optional<Drift> drift() {
    return Optional.ofNullable(drift);
  }

  /** How many members this agent may not see. */
  public int denied() {
    return board.standing().stream()
        .map(AlertNotification::condition)
        .filter(c -> c.kind() == AlertKind.ACCESS_DENIED)
        .mapToInt(c -> c.members().size())
        .sum();
  }

  /** What is wrong now. */
  public List<AlertNotification> standing() {
    return board.standing();
  }

  /** How things stand, for JSON. */
  public Map<String, Object> toMap() {
    var out = new TreeMap<String, Object>();
    out.put("written_at", time.instant().toString());
    out.put("heartbeat_s", periods.heartbeat().toSeconds());
    last()
        .ifPresent(beat -> {
          out.put("beat_at", beat.at().toString());
          out.put("epoch", beat.epoch());
        });
    if (!points.trouble().isEmpty()) {
      out.put("reason", points.trouble());
    }
    out.put("points", points.all().stream().map(EnforcementPointStatus::toMap).toList());
    drift()
        .ifPresent(d -> {
          out.put("drift_at", d.at().toString());
          out.put("drift", d.differences().stream().map(Discrepancy::toMap).toList());
        });
    out.put("amiss", standing().stream().map(AlertNotification::toMap).toList());
    return out;
  }

  private Duration within() {
    var share = periods.heartbeat().multipliedBy(3).dividedBy(8);
    return share.compareTo(SHORTEST_BEAT) > 0 ? share : SHORTEST_BEAT;
  }

  private static AlertCondition condition(List<Discrepancy> differences) {
    return new AlertCondition(
        AlertKind.DRIFT,
        "estate",
        Discrepancy.sentence(differences),
        differences.stream().map(d -> d.member() + " " + d.kind().word()).sorted().toList(),
        Map.of("drift", differences.stream().map(Discrepancy::toMap).toList()));
  }

  private void keep() {
    try {
      AtomicFile.write(file, CanonicalJson.bytes(toMap()));
    } catch (UncheckedIOException e) {
      LOG.atWarn().setCause(e).log("The state of the enforcement points can't be written");
    }
  }
}
