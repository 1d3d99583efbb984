package dev.deployclaw.core.fake;

import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.store.StoreKeys;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * How members hold callers against who wrote last: a lower term or epoch is refused, and where a
 * member has no fence, the state store says what stands. Planted bugs switch either off.
 */
public final class FencingRules {
  private final FakeStateStore store;
  private boolean refuses = true;
  private boolean asks = true;

  FencingRules(FakeStateStore store) {
    this.store = store;
  }

  /** Who wrote last. */
  record Mark(long term, long epoch) {
    private boolean refuses(Mark wanted) {
      return wanted.term < term || wanted.epoch < epoch;
    }
  }

  /** Planted: members take whatever comes, from whomever. */
  public void off() {
    refuses = false;
  }

  /** Planted: who has no fence takes it that nobody was there. */
  public void asksNobody() {
    asks = false;
  }

  void take(FencingRules other) {
    refuses = other.refuses;
    asks = other.asks;
  }

  MemberReport guard(String name, FakeMember member, Mark caller, Supplier<MemberReport> act) {
    var standing = member.fence.orElseGet(this::authority);
    return refuses && standing.refuses(caller)
        ? MemberReport.unknown(name, "a newer leader was there: " + standing)
        : act.get();
  }

  static Mark mark(FencingToken fence, long epoch) {
    return new Mark(fence.term(), epoch);
  }

  private Mark authority() {
    long given =
        store
            .get(StoreKeys.TERM)
            .map(e -> Long.parseLong(new String(e.value(), StandardCharsets.UTF_8)))
            .orElse(0L);
    long committed =
        store.get(StoreKeys.ACTIVE).map(e -> CommittedEpoch.read(e.value()).epoch()).orElse(0L);
    return asks ? new Mark(given, committed) : new Mark(0, 0);
  }
}
