package dev.deployclaw.core.sim.schedule;

import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.sim.engine.AwaitPoint;
import dev.deployclaw.core.sim.engine.AwaitPoint.Kind;
import dev.deployclaw.core.sim.engine.FaultModel;
import dev.deployclaw.core.sim.engine.HostFate;
import dev.deployclaw.core.sim.engine.HostPoint;
import dev.deployclaw.core.sim.engine.MessageFate;
import dev.deployclaw.core.sim.engine.SimEstate;
import dev.deployclaw.core.sim.engine.SimProcess;
import dev.deployclaw.core.store.StoreKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The weather of a swarm: which faults there are in it at all, and how often, is drawn first, so
 * that rare combinations come about; then each message and each while draws its own.
 */
final class RandomFaultModel implements FaultModel {
  private static final List<Double> RATES = List.of(0.001, 0.004, 0.015);

  /** The longest that a late message is under way, and that a process stands still. */
  private static final int LATEST = 30_000_000;

  private static final int LONGEST_PAUSE = 40_000_000;

  /** Between two events in the world, on average twice that. */
  private static final int WHILE = 12_000_000;

  private final SimEstate estate;
  private final Random random;
  private final long until;
  private final List<MessageFate> fates = new ArrayList<>();
  private final List<HostFate> hostFates = new ArrayList<>();
  private final List<Bucket> buckets = new ArrayList<>();
  private final List<Happening> happenings = new ArrayList<>();
  private final double rate;
  private boolean storeAway;
  private boolean over;

  RandomFaultModel(SimEstate estate, long until) {
    this.estate = estate;
    this.random = estate.sim().random();
    this.until = until;
    this.rate = RATES.get(random.nextInt(RATES.size()));
    draw(fates, MessageFate.values());
    draw(buckets, Bucket.values());
    if (random.nextBoolean()) {
      draw(hostFates, HostFate.values());
    }
    draw(happenings, Happening.values());
  }

  /** What happens to the world. */
  private enum Happening {
    REPLICA_CUT_OFF,
    FAILOVER,
    FAILOVER_WITHOUT_FENCE,
    FENCE_LOST,
    MEMBER_STOPS,
    BACK_END_UNREACHABLE,
    MEMBER_REFUSES,
    MEMBER_DELETED,
    VOTE_REFUSED,
    CONVERGENCE_REFUSED,
    PROBE_FAILS,
    SOURCE_EDITED,
    BUCKET_AWAY,
    STORE_AWAY,
    LEASES_REVOKED,
    MENDED
  }

  private <T> void draw(List<T> chosen, T[] of) {
    for (T one : of) {
      if (random.nextInt(3) > 0) {
        chosen.add(one);
      }
    }
  }

  /** Lets the world's own events begin. */
  void brew() {
    estate.sim().after(random.nextInt(WHILE), "weather", this::happen);
  }

  void heal() {
    over = true;
    estate.world().participants().forEach(FakeParticipant::heal);
    estate.world().probe.fail("");
    estate.world().objects.reachable(true);
    thaw();
  }

  /** A freeze may have been late. */
  void thaw() {
    estate.world().store.delete(StoreKeys.FREEZE);
  }

  private void happen() {
    if (over || estate.sim().now() > until) {
      return;
    }
    if (!happenings.isEmpty()) {
      happen(happenings.get(random.nextInt(happenings.size())));
    }
    brew();
  }

  private void happen(Happening what) {
    var world = estate.world();
    estate.sim().trace().add(estate.sim().now(), "weather: " + what);
    switch (what) {
      case REPLICA_CUT_OFF -> world.redis.members().forEach(world.redis::replicate);
      case FAILOVER -> failOver(true);
      case FAILOVER_WITHOUT_FENCE -> failOver(false);
      case FENCE_LOST -> world.redis.loseFence(one(world.redis));
      case MEMBER_STOPS -> {
        var name = one(any());
        participantOf(name).stop(name.substring(name.indexOf('/') + 1));
      }
      case MEMBER_REFUSES -> refuses(one(any()));
      case MEMBER_DELETED -> {
        var name = one(any());
        participantOf(name).delete(name.substring(name.indexOf('/') + 1));
      }
      case BACK_END_UNREACHABLE -> any().unreachableAt(verb());
      case VOTE_REFUSED -> any().refuseAt("prepare", "unknown directive");
      case CONVERGENCE_REFUSED -> any().refuseAt("converge", "still runs the old file");
      case PROBE_FAILS -> world.probe.fail("admitted where it must be refused");
      case SOURCE_EDITED ->
          world.sources.put(
              "acme.yaml", FakeSourcesExecutor.document("acme", (1 + random.nextInt(9)) * 100L));
      case BUCKET_AWAY -> world.objects.reachable(false);
      case STORE_AWAY -> storeAway = true;
      case LEASES_REVOKED -> world.store.expireLeases();
      case MENDED -> mend();
    }
    estate.sim().after(random.nextInt(WHILE), "weather mends", this::mend);
  }

  /** It takes no more than it has by now; it may vote for what comes next. */
  private void refuses(String member) {
    var participant = participantOf(member);
    long takes =
        participant.standings().stream()
            .filter(s -> s.member().equals(member))
            .findFirst()
            .orElseThrow()
            .epoch();
    String name = member.substring(member.indexOf('/') + 1);
    participant.balk(name, takes + random.nextInt(2), takes, "its Deployment is paused");
  }

  private void failOver(boolean withFence) {
    var redis = estate.world().redis;
    redis.failOver(one(redis), withFence);
  }

  private void mend() {
    var world = estate.world();
    world.participants().forEach(FakeParticipant::heal);
    world.probe.fail("");
    world.objects.reachable(true);
    storeAway = false;
  }

  private FakeParticipant any() {
    var all = estate.world().participants();
    return all.get(random.nextInt(all.size()));
  }

  private FakeParticipant participantOf(String member) {
    return estate.world().participants().stream()
        .filter(p -> p.members().contains(member))
        .findFirst()
        .orElseThrow();
  }

  private String one(FakeParticipant of) {
    return of.members().get(random.nextInt(of.members().size()));
  }

  private String verb() {
    var verbs = List.of("observe", "stage", "prepare", "publish", "converge", "discard");
    return verbs.get(random.nextInt(verbs.size()));
  }

  @Override
  public MessageFate fate(SimProcess actor, AwaitPoint hop) {
    if (!over && storeAway && hop.what().startsWith("etcd.")) {
      return random.nextInt(4) == 0 ? MessageFate.LOST : MessageFate.REFUSED;
    }
    return isStruck(hop.kind(), fates)
        ? fates.get(random.nextInt(fates.size()))
        : MessageFate.ANSWERED;
  }

  private boolean isStruck(Kind kind, List<?> by) {
    return !over && !by.isEmpty() && random.nextDouble() < rate * (kind == Kind.WRITES ? 3 : 1);
  }

  @Override
  public HostFate.Fault host(SimProcess actor, HostPoint call) {
    return isStruck(call.kind(), hostFates)
        ? new HostFate.Fault(
            hostFates.get(random.nextInt(hostFates.size())),
            random.nextInt(LATEST),
            random.nextInt(LONGEST_PAUSE))
        : HostFate.Fault.NONE;
  }

  @Override
  public long lateness() {
    return random.nextInt(LATEST);
  }

  @Override
  public long pauseFor() {
    return random.nextInt(LONGEST_PAUSE);
  }

  @Override
  public boolean losesRenewal() {
    return !over && (storeAway || (fates.contains(MessageFate.LOST) && random.nextInt(8) == 0));
  }

  @Override
  public long revokesLate() {
    return !over && fates.contains(MessageFate.LATE) ? random.nextInt(LATEST / 3) : 0;
  }

  @Override
  public Bucket bucket() {
    return over || buckets.isEmpty() || random.nextInt(6) > 0
        ? Bucket.HONEST
        : buckets.get(random.nextInt(buckets.size()));
  }
}
