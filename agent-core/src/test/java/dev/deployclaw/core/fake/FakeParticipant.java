package dev.deployclaw.core.fake;

import dev.deployclaw.core.machine.Active;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Observation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A participant with some members, each of which stages, votes, takes an epoch, and can be broken.
 * It notices when it is told to act on an epoch that isn't committed.
 */
public final class FakeParticipant implements Executor {
  /** What a member acts on before anybody changed it. */
  public static final String ORIGINAL = "original";

  private final String name;
  private final FakeStore store;
  private final Map<String, Member> members = new TreeMap<>();
  private final Set<String> unreachableAt = new HashSet<>();
  private final Map<String, Function<String, Report>> refusals = new TreeMap<>();
  private final Map<String, List<Report>> looks = new TreeMap<>();
  private final List<String> violations = new ArrayList<>();
  private final Map<String, Runnable> happenings = new TreeMap<>();
  private final Map<String, Integer> calls = new TreeMap<>();
  private boolean leftOut;
  private long term;

  public FakeParticipant(String name, FakeStore store, String... members) {
    this.name = name;
    this.store = store;
    for (String member : members) {
      this.members.put(name + "/" + member, new Member());
    }
  }

  private static final class Member {
    private final Map<Long, String> staged = new TreeMap<>();
    private final Set<String> voted = new HashSet<>();
    private long epoch;
    private long step;
    private String live = ORIGINAL;
    private Optional<Activation.Candidate> candidate = Optional.empty();
    private boolean up = true;
  }

  /** From now on no call of this verb gets through. */
  public synchronized void unreachableAt(String verb) {
    unreachableAt.add(verb);
  }

  /** From now on this verb is refused. */
  public synchronized void refuseAt(String verb, String reason) {
    refusals.put(verb, m -> Report.no(m, reason));
  }

  /** From now on each member that is up answers this verb so. */
  public synchronized void answers(String verb, Function<String, Report> answer) {
    refusals.put(verb, answer);
  }

  /** From now on this verb is refused by who will never do it. */
  public synchronized void stickAt(String verb, String reason) {
    refusals.put(verb, m -> Report.stuck(m, reason));
  }

  public synchronized void heal() {
    unreachableAt.clear();
    refusals.clear();
    members.values().forEach(m -> m.up = true);
  }

  /** One member no longer answers. */
  public synchronized void stop(String member) {
    member(name + "/" + member).up = false;
  }

  /** A member is set up anew: all that it was told is gone. */
  public synchronized void forget(String member) {
    members.put(name + "/" + member, new Member());
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
  public synchronized void says(String verb, Report... reports) {
    looks.put(verb, List.of(reports));
  }

  @Override
  public Set<String> verbs() {
    var verbs = new HashSet<>(PARTICIPANT_VERBS);
    verbs.addAll(
        Set.of("topology", "scan", "latency", "clock", "counters", "marks", "lost", "reassert"));
    return verbs;
  }

  @Override
  public synchronized Outcome execute(Invocation invocation) {
    String verb = invocation.call().verb();
    calls.merge(verb, 1, Integer::sum);
    Optional.ofNullable(happenings.remove(verb)).ifPresent(Runnable::run);
    if (unreachableAt.contains(verb)) {
      return Outcome.failed(new Fault.Unavailable(name + " does not answer"));
    }
    if (leftOut) {
      return Outcome.done(List.of(Report.skipped(name, "none is configured")));
    }
    if (refusals.containsKey(verb)) {
      return each(m -> refusals.get(verb).apply(m));
    }
    return switch (invocation.call()) {
      case Call.Look _ when looks.containsKey(verb) ->
          Outcome.done(looks.getOrDefault(verb, List.of()));
      case Call.Look _ when verb.equals("scan") -> each(this::scan);
      case Call.Look _ when verb.equals("marks") ->
          each(m -> Report.yes(m, "", Map.of("epoch", member(m).epoch, "term", term)));
      case Call.Look _ -> each(m -> Report.yes(m, "", Map.of()));
      case Call.Observe _ -> each(this::observe);
      case Call.Stage(Activation a) -> fenced(invocation.fence(), m -> stage(m, a));
      case Call.Prepare(Activation a) -> each(m -> vote(m, a));
      case Call.Publish(Activation a) -> fenced(invocation.fence(), m -> publish(m, a));
      case Call.Converge(Activation a) -> each(m -> converge(m, a));
      case Call.Discard(long epoch) -> fenced(invocation.fence(), m -> discard(m, epoch));
      case Call.Lost(Activation a) -> each(m -> lost(m, a));
      case Call.Reassert(Activation a) -> fenced(invocation.fence(), m -> reassert(m, a));
      case Call.Probe _, Call.Heartbeat _, Call.WriteBack _ ->
          Outcome.failed(new Fault.Invalid("no probe"));
    };
  }

  private Member member(String m) {
    return Objects.requireNonNull(members.get(m));
  }

  private Outcome each(Function<String, Report> question) {
    List<Report> reports = new ArrayList<>();
    members.forEach((m, member) ->
        reports.add(member.up ? question.apply(m) : Report.unknown(m, "does not answer")));
    return Outcome.done(reports);
  }

  private Outcome fenced(Fence fence, Function<String, Report> act) {
    if (fence.term() < term) {
      return Outcome.failed(new Fault.Conflict("term " + term + " was here"));
    }
    term = fence.term();
    return each(act);
  }

  private Report scan(String m) {
    var member = member(m);
    if (member.epoch == 0) {
      return Report.yes(m, "", Map.of());
    }
    var facts = new TreeMap<String, Object>(Map.of("epoch", member.epoch));
    member.candidate.ifPresent(
        c -> facts.put("candidate", Map.of("epoch", c.epoch(), "cohort", c.cohort().share())));
    return Report.yes(m, member.live.replaceAll(" and .*", ""), facts);
  }

  private Report observe(String m) {
    String live = member(m).live;
    return Report.yes(m, live, Map.of("live", live));
  }

  private Report stage(String m, Activation a) {
    member(m).staged.put(a.epoch(), a.digest());
    return Report.yes(m, a.digest(), Map.of());
  }

  private Report vote(String m, Activation a) {
    if (!a.digest().equals(member(m).staged.get(a.epoch()))) {
      return Report.no(m, "epoch " + a.epoch() + " isn't staged here");
    }
    member(m).voted.add(a.epoch() + " " + a.digest());
    return Report.yes(m, a.digest(), Map.of());
  }

  private Report publish(String m, Activation a) {
    var active = store.get(Keys.ACTIVE).map(e -> Active.read(e.value()));
    if (active.map(Active::epoch).orElse(0L) < a.epoch()) {
      violations.add(m + " was told to act on epoch " + a.epoch() + " early");
    }
    long tried = active.flatMap(Active::candidate).map(c -> (long) c.cohort()).orElse(0L);
    if (a.candidate().filter(c -> c.cohort().share() > tried).isPresent()) {
      violations.add(m + " was told of a cohort early: " + a.candidate());
    }
    var member = member(m);
    boolean staged =
        member.staged.containsKey(a.epoch())
            && (!tellsApart()
                || a.candidate().stream().allMatch(c -> member.staged.containsKey(c.epoch())));
    if (!staged) {
      return Report.no(m, "epoch " + a.epoch() + " isn't staged here");
    }
    if (tellsApart() && member.epoch == a.epoch() && member.step > a.step()) {
      return Report.unknown(m, "a later step was here");
    }
    if (isNobodys(a, m)) {
      return Report.skipped(m, "nobody knows what it held: it keeps what it has");
    }
    member.epoch = a.epoch();
    member.step = a.step();
    member.live = acting(m, a);
    member.candidate = a.candidate().filter(_ -> tellsApart());
    return Report.yes(m, member.live, Map.of());
  }

  /** What a member acts on: with a candidate, of both epochs. */
  private String acting(String m, Activation a) {
    String own = a.restores().map(o -> restored(o, m)).orElse(a.digest());
    return tellsApart()
        ? own + a.candidate().map(c -> beside(c.digest(), c.cohort().share())).orElse("")
        : own;
  }

  static String beside(String digest, int share) {
    return " and " + digest + " below " + share;
  }

  /** Whether what is to be put back doesn't say what a member held. */
  private boolean isNobodys(Activation a, String m) {
    return a.restores().filter(o -> o.of(name, m).isEmpty()).isPresent();
  }

  /** A member that held nothing has a fact that says so. */
  private String restored(Observation observation, String m) {
    return String.valueOf(observation.of(name, m).orElseThrow().getOrDefault("live", "nothing"));
  }

  private Report converge(String m, Activation a) {
    var member = member(m);
    if (isNobodys(a, m)) {
      return Report.skipped(m, "nobody knows what it held: it keeps what it has");
    }
    if (member.epoch != a.epoch()) {
      return Report.no(m, "acts on epoch " + member.epoch);
    }
    return member.live.equals(acting(m, a))
        ? Report.yes(m, member.live, Map.of())
        : Report.no(m, "acts on " + member.live);
  }

  /**
   * One that was set up anew, or was thrown back, has lost it; one that was meddled with hasn't.
   */
  private Report lost(String m, Activation a) {
    var member = member(m);
    return member.epoch < a.epoch()
        ? Report.no(m, "lost it, and acts on epoch " + member.epoch)
        : Report.yes(m, a.digest(), Map.of());
  }

  private Report reassert(String m, Activation a) {
    if (lost(m, a).answer() == Report.Answer.YES) {
      return Report.yes(m, a.digest(), Map.of());
    }
    var member = member(m);
    member.staged.put(a.epoch(), a.digest());
    member.epoch = a.epoch();
    member.live = a.digest();
    return Report.yes(m, a.digest(), Map.of(Call.Reassert.PUT_BACK, "epoch " + a.epoch()));
  }

  private Report discard(String m, long epoch) {
    var member = member(m);
    var candidate =
        store
            .get(Keys.ACTIVE)
            .map(e -> Active.read(e.value()))
            .flatMap(Active::candidate)
            .filter(c -> c.epoch() == epoch);
    if (candidate.isPresent()) {
      violations.add(m + " was told to remove epoch " + epoch + ", which is a candidate");
    }
    if (member.epoch == epoch) {
      violations.add(m + " was told to remove epoch " + epoch + ", which it acts on");
    }
    member.staged.remove(epoch);
    return Report.yes(m, "", Map.of());
  }
}
