package dev.deployclaw.ratelimit.decide;

import dev.deployclaw.policy.model.KeyPart;
import dev.deployclaw.policy.redis.Claim;
import dev.deployclaw.policy.redis.EpochSet;
import dev.deployclaw.policy.redis.Subject;
import dev.deployclaw.policy.wire.ProbeToken;
import dev.deployclaw.ratelimit.decide.Identified.Known;
import dev.deployclaw.ratelimit.decide.Identified.Stranger;
import dev.deployclaw.ratelimit.feed.View;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a question comes to under each set that is held: a claim, or a stranger.
 *
 * @param committed the epoch to go by where Redis doesn't say otherwise; 0 where there is none
 * @param crowded whether a header's value shares its counter with others, see {@link HeaderValues}
 */
record Claims(
    SortedMap<Long, Claim> claims,
    SortedMap<Long, Stranger> strangers,
    long committed,
    boolean crowded) {

  static Claims of(View view, Question question, Asker asker, HeaderValues values) {
    var claims = new TreeMap<Long, Claim>();
    var strangers = new TreeMap<Long, Stranger>();
    var reading = new Reading(question, values);
    for (var held : view.held()) {
      switch (Identified.of(held.set(), question, asker)) {
        case Known known -> claims.put(held.epoch(), claim(held, known, reading, asker.probe()));
        case Stranger stranger -> strangers.put(held.epoch(), stranger);
      }
    }
    long committed = view.committed().map(EpochSet::epoch).orElse(0L);
    return new Claims(claims, strangers, committed, reading.crowded);
  }

  /** Reads what limits count by. */
  private static final class Reading {
    private final Question question;
    private final HeaderValues values;
    private boolean crowded;

    Reading(Question question, HeaderValues values) {
      this.question = question;
      this.values = values;
    }

    String of(String tenant, KeyPart part) {
      String value = question.attribute(part);
      if (!(part instanceof KeyPart.Header(String name)) || value.isEmpty()) {
        return value;
      }
      String bounded = values.bounded(tenant, name, value);
      crowded |= !bounded.equals(value);
      return bounded;
    }
  }

  private static Claim claim(
      EpochSet held, Known known, Reading reading, Optional<ProbeToken> probe) {
    var question = reading.question;
    var subject =
        new Subject(
            known.tenant(),
            known.shape(),
            probe.isPresent() ? question::attribute : part -> reading.of(known.tenant(), part),
            probe.map(ProbeToken::cost).orElse(Math.max(1L, question.units())),
            probe.map(ProbeToken::execution));
    return Claim.of(held, subject);
  }

  /** The claim whose primary is asked first: the committed epoch's, else the oldest. */
  Optional<Claim> lead() {
    return claim(committed).or(() -> claims.values().stream().findFirst());
  }

  /** The claims to send first: those of the leading one's root group. */
  List<Claim> first() {
    return lead().map(lead -> sharing(lead.root())).orElse(List.of());
  }

  /** The claims whose keys lie in the slot of {@code root}: a group may change with the epoch. */
  List<Claim> sharing(String root) {
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
        .anyMatch(KeyPart.ClientAddress.class::isInstance);
  }

  Optional<Claim> claim(long epoch) {
    return Optional.ofNullable(claims.get(epoch));
  }

  Optional<Stranger> stranger(long epoch) {
    return Optional.ofNullable(strangers.get(epoch));
  }
}
