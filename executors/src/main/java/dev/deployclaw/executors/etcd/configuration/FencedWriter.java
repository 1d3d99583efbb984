package dev.deployclaw.executors.etcd.configuration;

import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Result;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.executors.etcd.WriteBatches;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes in the name of a leader: the key {@code fence} holds the highest term that wrote here, and
 * every transaction compares it, so that an agent which lost the lead can't. What is in the way
 * comes back as a member's report.
 */
record FencedWriter(String member, StateStore store) {
  static final String KEY = "fence";

  /** How often the fence is raised again when it moved under its hands. */
  private static final int MOST_TRIES = 3;

  /** The highest term that wrote here; 0 before the first. */
  long term() throws InterruptedException {
    return term(store.get(KEY));
  }

  /** Raises the fence to this term; a report where a higher one stands, or it can't be known. */
  Optional<MemberReport> raise(FencingToken fence) throws InterruptedException {
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      var there = store.get(KEY);
      long seen = term(there);
      if (seen == fence.term()) {
        return Optional.empty();
      }
      if (seen > fence.term()) {
        return Optional.of(
            MemberReport.no(member, "an agent of term " + seen + " has already written here"));
      }
      Write raised = new Write.Put(KEY, term(fence));
      var result =
          store.transact(new Transaction(List.of(Condition.unmoved(KEY, there)), List.of(raised)));
      if (result instanceof Result.Applied) {
        return Optional.empty();
      }
    }
    return Optional.of(
        MemberReport.unknown(member, "its fence can't be raised to " + fence.term()));
  }

  /** A report where one of the transactions wasn't applied, or nobody knows. */
  Optional<MemberReport> write(List<Write> writes, FencingToken fence, Condition... more)
      throws InterruptedException {
    List<Condition> conditions = new ArrayList<>(List.of(more));
    conditions.add(new Condition.Holds(KEY, term(fence)));
    for (var batch : WriteBatches.of(writes)) {
      switch (store.transact(new Transaction(conditions, batch))) {
        case Result.Applied _ -> {}
        case Result.Refused() -> {
          return Optional.of(MemberReport.unknown(member, "the store was changed meanwhile"));
        }
        case Result.Unknown(String reason) -> {
          return Optional.of(MemberReport.unknown(member, reason));
        }
      }
    }
    return Optional.empty();
  }

  private static long term(Optional<Entry> fence) {
    return fence.map(e -> Long.parseLong(new String(e.value(), StandardCharsets.UTF_8))).orElse(0L);
  }

  private static byte[] term(FencingToken fence) {
    return Long.toString(fence.term()).getBytes(StandardCharsets.UTF_8);
  }
}
