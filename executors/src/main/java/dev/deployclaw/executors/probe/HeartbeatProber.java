package dev.deployclaw.executors.probe;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.member.BoundedFanout;
import dev.deployclaw.executors.probe.ProbeSettings.Entrance;
import dev.deployclaw.policy.probe.EnforcementSpotChecks;
import dev.deployclaw.policy.probe.EnforcementSpotChecks.Check;
import dev.deployclaw.policy.probe.EnforcementSpotChecks.Turn;
import dev.deployclaw.policy.probe.ProbeRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Proves each enforcement point by itself, with counters that no other point and no other beat has.
 * A report is YES where both requests were decided as they must be, NO where the point answered
 * otherwise, UNKNOWN where it didn't answer, SKIPPED where nothing can be exhausted through it. Its
 * facts: {@code counter}, the key that must exist now; {@code epoch}, by which it decided where
 * that is another one; {@code micros} of the slower request. Any thread.
 */
final class HeartbeatProber {
  private static final int POINTS_AT_ONCE = 32;
  private static final Duration LONGEST_ANSWER = Duration.ofSeconds(3);

  private final ProbeSettings settings;
  private final AtomicReference<@Nullable Known> last = new AtomicReference<>();

  HeartbeatProber(ProbeSettings settings) {
    this.settings = settings;
  }

  /** Which policies, through which gateways: of a canary's sets only some tenants are asked for. */
  private record Asked(String digest, Set<String> tenants, Set<String> gateways) {}

  /** What was worked out for them. */
  private record Known(Asked asked, EnforcementSpotChecks checks) {}

  CallOutcome beat(EpochSpec activation, Duration deadline) throws InterruptedException {
    var found = settings.entrances().get();
    var checks = checks(activation, found.open());
    long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    var byEntrance = new HashMap<Entrance, Check>();
    var counters = new HashMap<ProbeRequest, String>();
    var probes = new ArrayList<ProbeRequest>();
    for (var entrance : found.open()) {
      String seed = activation.execution() + "-" + byEntrance.size();
      checks
          .of(new Turn(entrance.name(), seed, now))
          .ifPresent(check -> {
            byEntrance.put(entrance, check);
            check.probes().forEach(probe -> counters.put(probe, seed));
            probes.addAll(check.probes());
          });
    }
    var tokens =
        ProbeTokens.of(
            probes,
            probe -> counters.getOrDefault(probe, activation.execution()),
            settings.privateKey());
    var sender = new ProbeSender(settings.answeringWithin(answer(deadline)), activation, tokens);
    var reports = new ArrayList<>(found.closed());
    reports.addAll(
        BoundedFanout.by(deadline, "beat", POINTS_AT_ONCE)
            .ask(
                found.open(),
                entrance -> {
                  var check = byEntrance.get(entrance);
                  return check == null ? none(activation, entrance) : ask(sender, entrance, check);
                }));
    return new CallOutcome.Done(reports, Map.of("requests", probes.size()));
  }

  private EnforcementSpotChecks checks(EpochSpec activation, List<Entrance> entrances) {
    var gateways = new HashSet<>(entrances.stream().map(Entrance::name).toList());
    var asked = new Asked(activation.digest(), activation.set().tenants().keySet(), gateways);
    var known = last.get();
    if (known != null && known.asked().equals(asked)) {
      return known.checks();
    }
    var checks = EnforcementSpotChecks.of(activation.set(), gateways);
    last.set(new Known(asked, checks));
    return checks;
  }

  /** Two requests to a point that is silent must not use up the whole deadline. */
  private Duration answer(Duration deadline) {
    var third = deadline.dividedBy(3);
    return third.compareTo(LONGEST_ANSWER) < 0 ? third : LONGEST_ANSWER;
  }

  private static MemberReport none(EpochSpec activation, Entrance entrance) {
    return MemberReport.skipped(
        entrance.member(),
        activation.set().gateways().containsKey(entrance.name())
            ? "it leads to no limit that can be exhausted"
            : "it isn't part of the committed policy set yet");
  }

  private static MemberReport ask(ProbeSender sender, Entrance entrance, Check check) {
    String member = entrance.member();
    long slowest = 0;
    for (var probe : check.probes()) {
      switch (sender.send(probe, entrance)) {
        case ProbeVerdict.AsExpected(_, long micros) -> slowest = Math.max(slowest, micros);
        case ProbeVerdict.Deviating(String how, String epoch) -> {
          return MemberReport.no(member, how, epoch.isEmpty() ? Map.of() : Map.of("epoch", epoch));
        }
        case ProbeVerdict.Undecided(String why, boolean answered) -> {
          return answered ? MemberReport.no(member, why) : MemberReport.unknown(member, why);
        }
      }
    }
    var facts = new TreeMap<String, Object>();
    facts.put("micros", slowest);
    check.counter().ifPresent(key -> facts.put("counter", key));
    return MemberReport.yes(member, "", facts);
  }
}
