package dev.deployclaw.core.grant;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.ExecutorCall.WriteBack.Edit;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.ObservedState;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.List;
import java.util.Map;

/**
 * What a grant is bound to of a call: its kind, its arguments, its fence and its deadline. Policy
 * sets stand in it by their digest, which the votes compare with what was read back, and the epoch
 * before by its number, which is never given out again; so it costs the same for any number of
 * tenants.
 */
final class ArgumentsDigest {
  private ArgumentsDigest() {}

  static String of(Invocation call) {
    var fold = new LengthPrefixedHash();
    fold.text(call.fence().leader()).number(call.fence().term());
    fold.number(call.deadline().toNanos());
    fold.text(kind(call.call()));
    arguments(fold, call.call());
    return fold.hex();
  }

  /** Its word in the digest, which no rename moves. */
  private static String kind(ExecutorCall call) {
    return switch (call) {
      case ExecutorCall.Look _ -> "Look";
      case ExecutorCall.Observe _ -> "Observe";
      case ExecutorCall.Stage _ -> "Stage";
      case ExecutorCall.Prepare _ -> "Prepare";
      case ExecutorCall.Publish _ -> "Publish";
      case ExecutorCall.Converge _ -> "Converge";
      case ExecutorCall.Discard _ -> "Discard";
      case ExecutorCall.Probe _ -> "Probe";
      case ExecutorCall.WriteBack _ -> "WriteBack";
      case ExecutorCall.Lost _ -> "Lost";
      case ExecutorCall.Reassert _ -> "Reassert";
      case ExecutorCall.Heartbeat _ -> "Heartbeat";
      case ExecutorCall.Share _ -> "Share";
    };
  }

  private static void arguments(LengthPrefixedHash fold, ExecutorCall call) {
    switch (call) {
      case ExecutorCall.Look(String verb, Map<String, Object> arguments) ->
          fold.text(verb).bytes(CanonicalJson.bytes(arguments));
      case ExecutorCall.Observe _ -> {}
      case ExecutorCall.Stage(EpochSpec activation) -> activation(fold, activation);
      case ExecutorCall.Prepare(EpochSpec activation) -> activation(fold, activation);
      case ExecutorCall.Publish(EpochSpec activation) -> activation(fold, activation);
      case ExecutorCall.Converge(EpochSpec activation) -> activation(fold, activation);
      case ExecutorCall.Discard(long epoch) -> fold.number(epoch);
      case ExecutorCall.Probe(EpochSpec activation, int requests) -> {
        activation(fold, activation);
        fold.number(requests);
      }
      case ExecutorCall.WriteBack(List<Edit> edits) -> edits.forEach(edit -> edit(fold, edit));
      case ExecutorCall.Lost(EpochSpec activation) -> activation(fold, activation);
      case ExecutorCall.Reassert(EpochSpec activation) -> activation(fold, activation);
      case ExecutorCall.Heartbeat(EpochSpec activation) -> activation(fold, activation);
      case ExecutorCall.Share(String gateway) -> fold.text(gateway);
    }
  }

  private static void activation(LengthPrefixedHash fold, EpochSpec a) {
    fold.text(a.execution()).number(a.epoch()).text(a.digest());
    fold.number(a.predecessor()).number(a.previous().isPresent() ? 1 : 0);
    fold.number(a.back() ? 1 : 0).number(a.step());
    a.candidate()
        .ifPresent(c -> fold.number(c.epoch()).text(c.digest()).number(c.cohort().share()));
    a.restores().ifPresent(found -> restored(fold, found));
    if (!a.leftOut().isEmpty()) {
      fold.text("without").number(a.leftOut().size());
      a.leftOut().stream().sorted().forEach(fold::text);
    }
  }

  /** Each member by the digest of what it held, as its report gave it. */
  private static void restored(LengthPrefixedHash fold, ObservedState found) {
    found
        .members()
        .forEach((participant, members) -> {
          fold.text(participant).number(members.size());
          members.forEach(facts -> restored(fold, facts));
        });
  }

  private static void restored(LengthPrefixedHash fold, Map<String, Object> facts) {
    for (String part : List.of("member", "digest", "unseen")) {
      fold.text(String.valueOf(facts.getOrDefault(part, "")));
    }
  }

  private static void edit(LengthPrefixedHash fold, Edit edit) {
    fold.text(edit.execution()).text(edit.member()).text(edit.digest()).text(edit.text());
  }
}
