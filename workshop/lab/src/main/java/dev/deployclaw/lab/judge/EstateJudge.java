package dev.deployclaw.lab.judge;

import dev.deployclaw.lab.judge.history.AuditStreamInvariants;
import dev.deployclaw.lab.judge.history.HistoryInvariants;
import dev.deployclaw.lab.judge.history.LogChainInvariants;
import dev.deployclaw.lab.judge.protocol.EtcdReader;
import dev.deployclaw.lab.judge.protocol.KubernetesReader;
import dev.deployclaw.lab.judge.protocol.S3BucketReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Judges an estate that is said to be at rest: whether everybody holds what etcd says is committed,
 * all of it and nothing else, and whether it came there as it must. It goes on from what it has
 * read before. For one thread.
 */
public final class EstateJudge {
  static final String STILL_HAS = " still has ";

  private final EstateLocation place;
  private final Optional<KubernetesReader> cloud;
  private final EtcdReader etcd;
  private final HistoryInvariants past = new HistoryInvariants();
  private final Optional<CheckpointInvariants> proofs;
  private final Optional<LogChainInvariants> trail;
  private long next = 1;

  public EstateJudge(EstateLocation place, Optional<KubernetesReader> cloud) {
    this.place = place;
    this.cloud = cloud;
    this.etcd = new EtcdReader(place.etcd());
    this.proofs = place.s3().map(access -> new CheckpointInvariants(new S3BucketReader(access)));
    this.trail =
        place.executions().isEmpty()
            ? Optional.empty()
            : Optional.of(
                new LogChainInvariants(
                    place.executions(), place.nats().map(AuditStreamInvariants::new)));
  }

  /** What is committed; {@code candidate} where an epoch is on trial beside it. */
  public record Committed(long epoch, String digest, boolean candidate) {}

  /** What it has looked at since it began. */
  public record ReadCounts(int moves, int checkpoints, long messages) {}

  public Committed committed() throws IOException {
    var active = etcd.keys(place.prefix() + "active").json("");
    return active
        .map(a -> new Committed(a.number("epoch"), a.text("digest"), a.has("candidate")))
        .orElse(new Committed(0, "", false));
  }

  /**
   * How a limit stands in the committed set, as it is staged in Redis; empty where there is none.
   */
  public String rule(String tenant, String limit) throws IOException {
    var rules = ExpectedState.of(etcd.keys(place.prefix())).rules().get(tenant);
    return rules == null ? "" : rules.getOrDefault(limit, "");
  }

  /**
   * What a tenant's requests get where nobody decides, in the committed set; empty for an unknown
   * one.
   */
  public String onFailure(String tenant) throws IOException {
    return ExpectedState.of(etcd.keys(place.prefix())).set().items("tenants").stream()
        .filter(t -> t.text("tenant").equals(tenant))
        .map(t -> t.text("on_backend_failure"))
        .findFirst()
        .orElse("");
  }

  public Optional<String> open() throws IOException {
    return etcd.keys(place.prefix() + "open").text("");
  }

  public List<String> held() throws IOException {
    var keys = etcd.keys(place.prefix());
    return keys.under("change/").stream()
        .filter(id -> QuiescenceInvariants.state(keys, id).equals("held"))
        .toList();
  }

  /** All that is wrong now. Replicas and services follow late: ask again before you believe it. */
  public List<String> wrong() {
    var wrong = new ArrayList<String>();
    try {
      var keys = etcd.keys(place.prefix());
      next = etcd.history(place.prefix(), next, keys.revision(), past::tell);
      var wanted = ExpectedState.of(keys);
      wrong.addAll(new QuiescenceInvariants(keys, wanted).wrong());
      wrong.addAll(new PolicyReaderInvariants(place, wanted).wrong());
      var pods = cloud.map(c -> new PodInvariants(c, wanted));
      pods.ifPresent(p -> wrong.addAll(p.wrong()));
      proofs.ifPresent(p -> wrong.addAll(p.wrong(keys)));
      trail.ifPresent(t -> wrong.addAll(t.wrong(keys)));
      if (wrong.isEmpty()) {
        var doors = new ArrayList<>(place.doors());
        doors.addAll(pods.isPresent() ? pods.get().doors() : List.of());
        wrong.addAll(new EnforcementInvariants(doors, place.host(), wanted).wrong());
      }
    } catch (IOException | IllegalArgumentException e) {
      wrong.add("etcd: " + e);
    }
    wrong.addAll(past.wrong());
    return wrong;
  }

  /** Whether what is wrong is an old epoch that somebody still has, and nothing else. */
  public static boolean leftover(String wrong) {
    return wrong.contains(STILL_HAS);
  }

  public ReadCounts seen() {
    return new ReadCounts(
        past.moves(),
        proofs.map(CheckpointInvariants::intact).orElse(0),
        trail.map(LogChainInvariants::read).orElse(0L));
  }
}
