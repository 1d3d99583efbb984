package dev.deployclaw.core.fake;

import dev.deployclaw.core.machine.Active;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Report;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * How members hold callers against who wrote last: a lower term or epoch is refused, and where a
 * member has no fence, the state store says what stands. Planted bugs switch either off.
 */
public final class Fencing {
  private final FakeStore store;
  private boolean refuses = true;
  private boolean asks = true;

  Fencing(FakeStore store) {
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

  void take(Fencing other) {
    refuses = other.refuses;
    asks = other.asks;
  }

  Report guard(String name, Member member, Mark caller, Supplier<Report> act) {
    var standing = member.fence.orElseGet(this::authority);
    return refuses && standing.refuses(caller)
        ? Report.unknown(name, "somebody newer was there: " + standing)
        : act.get();
  }

  static Mark mark(Fence fence, long epoch) {
    return new Mark(fence.term(), epoch);
  }

  private Mark authority() {
    long given =
        store
            .get(Keys.TERM)
            .map(e -> Long.parseLong(new String(e.value(), StandardCharsets.UTF_8)))
            .orElse(0L);
    long committed = store.get(Keys.ACTIVE).map(e -> Active.read(e.value()).epoch()).orElse(0L);
    return asks ? new Mark(given, committed) : new Mark(0, 0);
  }
}
