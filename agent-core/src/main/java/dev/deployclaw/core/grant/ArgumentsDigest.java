package dev.deployclaw.core.grant;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Call.WriteBack.Edit;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Observation;
import dev.deployclaw.policy.json.Canonical;
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
    var fold = new Fold();
    fold.text(call.fence().leader()).number(call.fence().term());
    fold.number(call.deadline().toNanos());
    fold.text(kind(call.call()));
    arguments(fold, call.call());
    return fold.hex();
  }

  /** Its word in the digest, whatever its type is called. */
  private static String kind(Call call) {
    return switch (call) {
      case Call.Look _ -> "Look";
      case Call.Observe _ -> "Observe";
      case Call.Stage _ -> "Stage";
      case Call.Prepare _ -> "Prepare";
      case Call.Publish _ -> "Publish";
      case Call.Converge _ -> "Converge";
      case Call.Discard _ -> "Discard";
      case Call.Probe _ -> "Probe";
      case Call.WriteBack _ -> "WriteBack";
      case Call.Lost _ -> "Lost";
      case Call.Reassert _ -> "Reassert";
      case Call.Heartbeat _ -> "Heartbeat";
      case Call.Share _ -> "Share";
    };
  }

  private static void arguments(Fold fold, Call call) {
    switch (call) {
      case Call.Look(String verb, Map<String, Object> arguments) ->
          fold.text(verb).bytes(Canonical.bytes(arguments));
      case Call.Observe _ -> {}
      case Call.Stage(Activation activation) -> activation(fold, activation);
      case Call.Prepare(Activation activation) -> activation(fold, activation);
      case Call.Publish(Activation activation) -> activation(fold, activation);
      case Call.Converge(Activation activation) -> activation(fold, activation);
      case Call.Discard(long epoch) -> fold.number(epoch);
      case Call.Probe(Activation activation, int requests) -> {
        activation(fold, activation);
        fold.number(requests);
      }
      case Call.WriteBack(List<Edit> edits) -> edits.forEach(edit -> edit(fold, edit));
      case Call.Lost(Activation activation) -> activation(fold, activation);
      case Call.Reassert(Activation activation) -> activation(fold, activation);
      case Call.Heartbeat(Activation activation) -> activation(fold, activation);
      case Call.Share(String gateway) -> fold.text(gateway);
    }
  }

  private static void activation(Fold fold, Activation a) {
    fold.text(a.execution()).number(a.epoch()).text(a.digest());
    fold.number(a.predecessor()).number(a.previous().isPresent() ? 1 : 0);
    fold.number(a.back() ? 1 : 0).number(a.step());
    a.candidate()
        .ifPresent(c -> fold.number(c.epoch()).text(c.digest()).number(c.cohort().share()));
    a.restores().ifPresent(found -> restored(fold, found));
  }

  /** Each member by the digest of what it held, as its report gave it. */
  private static void restored(Fold fold, Observation found) {
    found
        .members()
        .forEach((participant, members) -> {
          fold.text(participant).number(members.size());
          members.forEach(facts -> restored(fold, facts));
        });
  }

  private static void restored(Fold fold, Map<String, Object> facts) {
    for (String part : List.of("member", "digest", "unseen")) {
      fold.text(String.valueOf(facts.getOrDefault(part, "")));
    }
  }

  private static void edit(Fold fold, Edit edit) {
    fold.text(edit.execution()).text(edit.member()).text(edit.digest()).text(edit.text());
  }
}
