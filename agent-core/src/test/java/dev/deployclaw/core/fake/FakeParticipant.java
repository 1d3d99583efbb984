package dev.deployclaw.core.fake;

import dev.deployclaw.core.invariant.RollbackInvariant;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.store.StoreKeys;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A participant with some members, each of which stages, votes, takes an epoch, and can be broken.
 * It notices when it is told to act on an epoch that isn't committed.
 */
public final class FakeParticipant implements BackendExecutor {
  /** What a member acts on before anybody changed it. */
  public static final String ORIGINAL = "original";

  /** What a member acts on that lost the rules of its epoch. */
  public static final String NOTHING = "nothing";

  private final String name;
  private final FakeStateStore store;
  private final Map<String, FakeMember> members = new TreeMap<>();
  private final Set<String> unreachableAt = new HashSet<>();
  private final Map<String, Function<String, MemberReport>> refusals = new TreeMap<>();
  private final Map<String, List<MemberReport>> looks = new TreeMap<>();
  private final List<String> violations = new ArrayList<>();
  private final Map<String, Runnable> happenings = new TreeMap<>();
  private final Map<String, Integer> calls = new TreeMap<>();
  private boolean leftOut;
  private final FencingRules fencing;

  public FakeParticipant(String name, FakeStateStore store, String... members) {
    this.name = name;
    this.store = store;
    this.fencing = new FencingRules(store);
    for (String member : members) {
      this.members.put(name + "/" + member, new FakeMember());
    }
  }

  /** The same back end as it stands, in another world. */
  synchronized FakeParticipant copy(FakeStateStore elsewhere) {
    var copy = new FakeParticipant(name, elsewhere);
    members.forEach((m, member) -> copy.members.put(m, member.copy()));
    copy.unreachableAt.addAll(unreachableAt);
    copy.refusals.putAll(refusals);
    copy.violations.addAll(violations);
    copy.leftOut = leftOut;
    copy.fencing.take(fencing);
    return copy;
  }

  public synchronized List<MemberStanding> standings() {
    boolean open = refusals.isEmpty() && unreachableAt.isEmpty() && !leftOut;
    return members.entrySet().stream().map(m -> m.getValue().standing(m.getKey(), open)).toList();
  }

  public synchronized List<String> members() {
    return List.copyOf(members.keySet());
  }

  /** The replica of a member has all that it has; from now on it hears nothing. */
  public synchronized void replicate(String m) {
    member(m).replica = Optional.of(member(m).image());
  }

  /**
   * The replica of a member takes over: what was written since is gone, though acknowledged.
   *
   * @param withFence whether the replica has a fence at all
   */
  public synchronized void failOver(String m, boolean withFence) {
    var member = member(m);
    member.replica.ifPresent(image -> member.failOver(image, withFence));
  }

  /** A flush, or a replica that never had it. */
  public synchronized void loseFence(String m) {
    member(m).fence = Optional.empty();
  }

  /** What was sent before the agent slept arrives when nobody asks for it any more. */
  public synchronized void stagedLate(long epoch) {
    members.values().forEach(m -> m.staged.put(epoch, "late"));
  }

  /** What was staged of an epoch is gone by itself; who acts on it acts on nothing. */
  public synchronized void expire(String m, long epoch) {
    member(m).lose(epoch);
  }

  /** Where bugs are planted. */
  public FencingRules fencing() {
    return fencing;
  }

  /** From now on no call of this verb gets through. */
  public synchronized void unreachableAt(String verb) {
    unreachableAt.add(verb);
  }

  /** From now on this verb is refused. */
  public synchronized void refuseAt(String verb, String reason) {
    refusals.put(verb, m -> MemberReport.no(m, reason));
  }

  /** From now on each member that is up answers this verb so. */
  public synchronized void answers(String verb, Function<String, MemberReport> answer) {
    refusals.put(verb, answer);
  }

  /** From now on this verb is refused by who will never do it. */
  public synchronized void stickAt(String verb, String reason) {
    refusals.put(verb, m -> MemberReport.stuck(m, reason));
  }

  public synchronized void heal() {
    unreachableAt.clear();
    refusals.clear();
    members.values().forEach(FakeMember::heal);
  }

  /** One member votes for no epoch above one, takes none above the other, and says why. */
  public synchronized void balk(String member, long votes, long takes, String reason) {
    member(name + "/" + member).balk(votes, takes, reason);
  }

  /** One member is gone, and whoever is asked in its place says so. */
  public synchronized void delete(String member) {
    member(name + "/" + member).gone = true;
  }

  /** One member no longer answers. */
  public synchronized void stop(String member) {
    member(name + "/" + member).up = false;
  }

  /** One member more. */
  public synchronized void join(String member) {
    members.put(name + "/" + member, new FakeMember());
  }

  /** A member is set up anew: all that it was told is gone. */
  public synchronized void forget(String member) {
    members.put(name + "/" + member, new FakeMember());
  }

  /** What happens right before the next call of a verb is answered. */
  public synchronized void before(String verb, Runnable happens) {
    happenings.put(verb, happens);
  }

  /** How often a verb was called. */
  public synchronized int calls(String verb) {
    return calls.getOrDefault(verb, 0);
  }

  /** It is told of no member, and says that it is left out. */
  public synchronized void leaveOut() {
    leftOut = true;
  }

  /** It has no members any more, and answers without one. */
  public synchronized void dismiss() {
    members.clear();
  }

  /** Whether it tells tenants apart, so that it takes a candidate for some of them. */
  private boolean tellsApart() {
    return name.equals("redis");
  }

  /** Somebody changes a member by hand. */
  public synchronized void tamper(String member, String live) {
    member(name + "/" + member).live = live;
  }

  /** What each member acts on. */
  public synchronized List<String> live() {
    return members.values().stream().map(m -> m.live).toList();
  }

  public synchronized Set<Long> staged() {
    var out = new HashSet<Long>();
    members.values().forEach(m -> out.addAll(m.staged.keySet()));
    return out;
  }

  /** Whether every member has voted for a digest of an epoch. */
  public synchronized boolean voted(long epoch, String digest) {
    return members.values().stream().allMatch(m -> m.voted.contains(epoch + " " + digest));
  }

  public synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  @Override
  public String name() {
    return name;
  }

  /** From now on a look says this. */
  public synchronized void says(String verb, MemberReport... reports) {
    looks.put(verb, List.of(reports));
  }

  @Override
  public Set<String> verbs() {
    var verbs = new HashSet<>(PARTICIPANT_VERBS);
    verbs.addAll(
        Set.of("topology", "scan", "latency", "clock", "counters", "marks", "lost", "reassert"));
    return verbs;
  }

  /** The same call to one member alone. */
  public synchronized MemberReport at(String m, Invocation invocation) {
    return switch (execute(invocation, List.of(m))) {
      case CallOutcome.Done done -> done.reports().getFirst();
      case CallOutcome.Failed failed -> failed.report(m);
    };
  }

  @Override
  public synchronized CallOutcome execute(Invocation invocation) {
    return execute(invocation, List.copyOf(members.keySet()));
  }

  private CallOutcome execute(Invocation invocation, List<String> of) {
    String verb = invocation.call().verb();
    calls.merge(verb, 1, Integer::sum);
    Optional.ofNullable(happenings.remove(verb)).ifPresent(Runnable::run);
    if (unreachableAt.contains(verb)) {
      return CallOutcome.failed(new CallFault.Unavailable(name + " does not answer"));
    }
    if (leftOut) {
      return CallOutcome.done(List.of(MemberReport.skipped(name, "none is configured")));
    }
    if (refusals.containsKey(verb)) {
      return each(of, m -> refusals.get(verb).apply(m));
    }
    var fence = invocation.fence();
    return switch (invocation.call()) {
      case ExecutorCall.Look _ when looks.containsKey(verb) ->
          CallOutcome.done(looks.getOrDefault(verb, List.of()));
      case ExecutorCall.Look _ when verb.equals("scan") -> each(of, m -> member(m).scan(m));
      case ExecutorCall.Look _ when verb.equals("marks") -> each(of, m -> member(m).marks(m));
      case ExecutorCall.Look _ -> each(of, m -> MemberReport.yes(m, "", Map.of()));
      case ExecutorCall.Observe _ -> each(of, m -> member(m).observe(m));
      case ExecutorCall.Stage(EpochSpec a) ->
          each(of, m -> fenced(m, fence, a.epoch(), () -> member(m).stage(m, a)));
      case ExecutorCall.Prepare(EpochSpec a) -> each(of, m -> member(m).vote(m, a));
      case ExecutorCall.Publish(EpochSpec a) ->
          each(of, m -> fenced(m, fence, a.epoch(), () -> publish(m, a, fence)));
      case ExecutorCall.Converge(EpochSpec a) -> each(of, m -> converge(m, a));
      case ExecutorCall.Discard(long epoch) ->
          each(of, m -> fenced(m, fence, Long.MAX_VALUE, () -> discard(m, epoch)));
      case ExecutorCall.Lost(EpochSpec a) -> each(of, m -> member(m).lost(m, a));
      case ExecutorCall.Reassert(EpochSpec a) ->
          each(of, m -> fenced(m, fence, a.epoch(), () -> member(m).reassert(m, a, fence)));
      case ExecutorCall.Probe _,
          ExecutorCall.Heartbeat _,
          ExecutorCall.WriteBack _,
          ExecutorCall.Share _ ->
          CallOutcome.failed(new CallFault.Invalid("no probe"));
    };
  }

  private FakeMember member(String m) {
    return Objects.requireNonNull(members.get(m));
  }

  private CallOutcome each(List<String> of, Function<String, MemberReport> question) {
    return CallOutcome.done(
        of.stream().map(m -> member(m).absence(m).orElseGet(() -> question.apply(m))).toList());
  }

  private MemberReport fenced(
      String m, FencingToken fence, long epoch, Supplier<MemberReport> act) {
    return fencing.guard(m, member(m), FencingRules.mark(fence, epoch), act);
  }

  private MemberReport publish(String m, EpochSpec a, FencingToken fence) {
    var active = store.get(StoreKeys.ACTIVE).map(e -> CommittedEpoch.read(e.value()));
    if (active.map(CommittedEpoch::epoch).orElse(0L) < a.epoch()) {
      violations.add("I7: " + m + " was told to act on epoch " + a.epoch() + " early");
    }
    var member = member(m);
    boolean staged =
        member.staged.containsKey(a.epoch())
            && (!tellsApart()
                || a.candidate().stream().allMatch(c -> member.staged.containsKey(c.epoch())));
    if (!staged || !member.takes(a.epoch())) {
      return MemberReport.no(m, member.why("epoch " + a.epoch() + " isn't staged here"));
    }
    if (tellsApart() && member.epoch == a.epoch() && member.step > a.step()) {
      return MemberReport.unknown(m, "a later step has already written here");
    }
    if (isNobodys(a, m)) {
      return MemberReport.skipped(m, "nobody knows what it held: it keeps what it has");
    }
    long tried = active.flatMap(CommittedEpoch::candidate).map(c -> (long) c.cohort()).orElse(0L);
    boolean early = a.candidate().filter(c -> c.cohort().share() > tried).isPresent();
    boolean late = active.filter(c -> c.epoch() == a.epoch() && c.step() > a.step()).isPresent();
    if (tellsApart() && early && !late && !member.thrownBack) {
      violations.add("I7: " + m + " was told of a cohort early: " + a.candidate());
    }
    member.fence = Optional.of(FencingRules.mark(fence, a.epoch()));
    member.published(a.epoch());
    member.epoch = a.epoch();
    member.predecessor = a.predecessor();
    member.step = a.step();
    member.live = acting(m, a);
    member.candidate = a.candidate().filter(_ -> tellsApart());
    return MemberReport.yes(m, member.live, Map.of());
  }

  /** What a member acts on: with a candidate, of both epochs. */
  private String acting(String m, EpochSpec a) {
    String own =
        a.restores()
            .flatMap(o -> o.of(name, m))
            .map(facts -> String.valueOf(facts.getOrDefault("live", NOTHING)))
            .orElse(a.digest());
    return tellsApart()
        ? own + a.candidate().map(c -> beside(c.digest(), c.cohort().share())).orElse("")
        : own;
  }

  static String beside(String digest, int share) {
    return " and " + digest + " below " + share;
  }

  /** Whether what is to be put back doesn't say what a member held. */
  private boolean isNobodys(EpochSpec a, String m) {
    return a.restores().filter(o -> o.of(name, m).isEmpty()).isPresent();
  }

  private MemberReport converge(String m, EpochSpec a) {
    var member = member(m);
    if (isNobodys(a, m)) {
      return MemberReport.skipped(m, "nobody knows what it held: it keeps what it has");
    }
    if (member.epoch != a.epoch()) {
      return MemberReport.no(m, "acts on epoch " + member.epoch);
    }
    if (tellsApart() && member.step != a.step()) {
      return MemberReport.no(m, "acts on step " + member.step);
    }
    return member.live.equals(acting(m, a))
        ? MemberReport.yes(m, member.live, Map.of())
        : MemberReport.no(m, "acts on " + member.live);
  }

  /** Nobody knows who acts on what nobody needs: such a member refuses, and that is all. */
  private void blame(String m, String what) {
    if (!member(m).thrownBack && !RollbackInvariant.staysBehind(store, m, member(m).epoch)) {
      violations.add("I14: " + what);
    }
  }

  private MemberReport discard(String m, long epoch) {
    var member = member(m);
    var active = store.get(StoreKeys.ACTIVE).map(e -> CommittedEpoch.read(e.value()));
    if (active.flatMap(CommittedEpoch::candidate).filter(c -> c.epoch() == epoch).isPresent()) {
      violations.add("I14: " + m + " was told to remove epoch " + epoch + ", a candidate");
    }
    if (member.epoch == epoch) {
      blame(m, m + " was told to remove epoch " + epoch + ", which it acts on");
      return MemberReport.unknown(m, "acts on epoch " + epoch);
    }
    if (member.predecessor == epoch && epoch > 0) {
      blame(m, m + " was told to remove epoch " + epoch + ", its predecessor");
      return MemberReport.unknown(m, "epoch " + epoch + " is the predecessor of what it acts on");
    }
    member.staged.remove(epoch);
    return MemberReport.yes(m, "", Map.of());
  }
}
