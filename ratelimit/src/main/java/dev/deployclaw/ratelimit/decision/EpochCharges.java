package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.RateLimitedRequest;
import dev.deployclaw.policy.redis.RequestCharges;
import dev.deployclaw.policy.wire.ProbeToken;
import dev.deployclaw.ratelimit.feed.PolicySnapshot;
import dev.deployclaw.ratelimit.identity.AuthenticatedCaller;
import dev.deployclaw.ratelimit.identity.DecisionRequest;
import dev.deployclaw.ratelimit.identity.ResolvedTenant;
import dev.deployclaw.ratelimit.identity.ResolvedTenant.Known;
import dev.deployclaw.ratelimit.identity.ResolvedTenant.Stranger;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a question comes to under each set that is held: a claim, or a stranger.
 *
 * @param committed the epoch to go by where Redis doesn't say otherwise; 0 where there is none
 * @param crowded whether a header's value shares its counter with others, see {@link
 *     HeaderCardinality}
 */
public record EpochCharges(
    SortedMap<Long, RequestCharges> claims,
    SortedMap<Long, Stranger> strangers,
    long committed,
    boolean crowded) {

  public static EpochCharges of(
      PolicySnapshot view,
      DecisionRequest question,
      AuthenticatedCaller asker,
      HeaderCardinality values) {
    var claims = new TreeMap<Long, RequestCharges>();
    var strangers = new TreeMap<Long, Stranger>();
    var reading = new Reading(question, values);
    for (var held : view.held()) {
      switch (ResolvedTenant.of(held.set(), question, asker)) {
        case Known known -> {
          var claim = claim(held, known, reading, asker.probe());
          claims.put(
              held.epoch(),
              claims.isEmpty() ? claim : claim.sharing(claims.lastEntry().getValue()));
        }
        case Stranger stranger -> strangers.put(held.epoch(), stranger);
      }
    }
    long committed = view.committed().map(EpochPolicySet::epoch).orElse(0L);
    return new EpochCharges(claims, strangers, committed, reading.crowded);
  }

  /** Reads what limits count by. */
  private static final class Reading {
    private final DecisionRequest question;
    private final HeaderCardinality values;
    private boolean crowded;

    Reading(DecisionRequest question, HeaderCardinality values) {
      this.question = question;
      this.values = values;
    }

    String of(String tenant, CounterKeyPart part) {
      String value = question.attribute(part);
      if (!(part instanceof CounterKeyPart.Header(String name)) || value.isEmpty()) {
        return value;
      }
      String bounded = values.bounded(tenant, name, value);
      crowded |= !bounded.equals(value);
      return bounded;
    }
  }

  private static RequestCharges claim(
      EpochPolicySet held, Known known, Reading reading, Optional<ProbeToken> probe) {
    var question = reading.question;
    var subject =
        new RateLimitedRequest(
            known.tenant(),
            known.shape(),
            probe.isPresent() ? question::attribute : part -> reading.of(known.tenant(), part),
            probe.map(ProbeToken::cost).orElse(Math.max(1L, question.units())),
            probe.map(ProbeToken::execution));
    return RequestCharges.of(held, subject);
  }

  /** The claim of the committed epoch, where that is held and knows who asks. */
  public Optional<RequestCharges> committedClaim() {
    return claim(committed);
  }

  /** The claim whose primary is asked first: the committed epoch's, else the oldest. */
  Optional<RequestCharges> lead() {
    return claim(committed).or(() -> claims.values().stream().findFirst());
  }

  /** The claims to send first: those of the leading one's root group. */
  List<RequestCharges> first() {
    return lead().map(lead -> sharing(lead.root())).orElse(List.of());
  }

  /** The claims whose keys lie in the slot of {@code root}: a group may change with the epoch. */
  public List<RequestCharges> sharing(String root) {
    return claims.values().stream().filter(c -> c.root().equals(root)).toList();
  }

  /** How many limits apply, under all sets together. */
  int limits() {
    return claims.values().stream().mapToInt(c -> c.items().size()).sum();
  }

  /** Whether some limit counts by the client's address. */
  boolean byClient() {
    return claims.values().stream()
        .flatMap(c -> c.items().stream())
        .flatMap(i -> i.applied().limit().key().stream())
        .anyMatch(CounterKeyPart.ClientAddress.class::isInstance);
  }

  public Optional<RequestCharges> claim(long epoch) {
    return Optional.ofNullable(claims.get(epoch));
  }

  public Optional<Stranger> stranger(long epoch) {
    return Optional.ofNullable(strangers.get(epoch));
  }
}
