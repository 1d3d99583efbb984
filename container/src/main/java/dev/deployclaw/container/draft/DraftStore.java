package dev.deployclaw.container.draft;

import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.core.compile.ChangePlan;
import dev.deployclaw.core.election.CurrentTermCondition;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Result;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.policy.json.CanonicalJson;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Each person's drafts in the state store, so that every agent knows them: one key for a person, by
 * the hash of the name. Needs no leadership, since nothing acts on a draft. Any thread.
 */
public record DraftStore(StateStore state, InstantSource clock) {
  public static final int MOST_DRAFTS = 20;
  public static final Duration LONGEST = Duration.ofDays(30);

  private static final int MOST_PEOPLE = 1000;
  private static final int LONGEST_SENTENCE = 1000;
  private static final int MOST_TRIES = 5;

  /** How keeping one ended. */
  public sealed interface Outcome {
    record Kept(RequestDraft draft) implements Outcome {}

    record Full(String reason) implements Outcome {}

    /** Whether it is kept isn't known. */
    record Unknown(String reason) implements Outcome {}
  }

  /**
   * Somebody's drafts, the last one first.
   *
   * @throws StateStore.Unreachable as the others, when the state store can't be reached
   */
  public List<RequestDraft> of(String who) throws InterruptedException {
    return state.get(key(who)).map(this::current).orElse(List.of());
  }

  public Optional<RequestDraft> find(String who, String id) throws InterruptedException {
    return of(who).stream().filter(draft -> draft.id().equals(id)).findFirst();
  }

  /** Keeps a request with its plan of now, in place of an earlier draft of the same request. */
  public Outcome save(String who, String request, ChangePlan plan, String sentence)
      throws InterruptedException {
    var now = clock.instant();
    var draft =
        new RequestDraft(
            RequestDraft.id(request),
            request,
            sentence.substring(0, Math.min(sentence.length(), LONGEST_SENTENCE)),
            now,
            now.plus(LONGEST),
            plan.base().epoch(),
            plan.hash(),
            changes(plan));
    var others = of(who).stream().filter(d -> !d.id().equals(draft.id())).toList();
    if (others.size() >= MOST_DRAFTS) {
      return new Outcome.Full("you have " + MOST_DRAFTS + " drafts, the most that are kept");
    }
    if (others.isEmpty() && isCrowded()) {
      return new Outcome.Full("drafts of " + MOST_PEOPLE + " people are kept, no more");
    }
    String unknown =
        update(
            who,
            drafts -> {
              drafts.removeIf(d -> d.id().equals(draft.id()));
              drafts.addFirst(draft);
              return drafts.subList(0, Math.min(drafts.size(), MOST_DRAFTS));
            });
    return unknown.isEmpty() ? new Outcome.Kept(draft) : new Outcome.Unknown(unknown);
  }

  /** Removes one; gives why that isn't known, or nothing. */
  public String discard(String who, String id) throws InterruptedException {
    return update(
        who,
        drafts -> {
          drafts.removeIf(d -> d.id().equals(id));
          return drafts;
        });
  }

  public static String changes(ChangePlan plan) {
    return CanonicalJson.sha256(CanonicalJson.bytes(plan.diff().toMaps()));
  }

  /** Repeating it is harmless, so a lost answer is tried again on what is there by then. */
  private String update(String who, UnaryOperator<List<RequestDraft>> change)
      throws InterruptedException {
    String key = key(who), unknown = "others kept writing";
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      var read = state.get(key);
      var drafts = change.apply(new ArrayList<>(read.map(this::current).orElse(List.of())));
      if (drafts.isEmpty() && read.isEmpty()) {
        return "";
      }
      var write = drafts.isEmpty() ? new Write.Delete(key) : new Write.Put(key, bytes(who, drafts));
      var done =
          state.transact(
              new Transaction(conditions(Condition.unmoved(key, read)), List.<Write>of(write)));
      switch (done) {
        case Result.Applied _ -> {
          return "";
        }
        case Result.Refused _ -> {}
        case Result.Unknown(String reason) -> unknown = reason;
      }
    }
    return unknown;
  }

  /** Keys whose drafts are all over make room first. */
  private boolean isCrowded() throws InterruptedException {
    if (state.keys(StoreKeys.DRAFTS).size() < MOST_PEOPLE) {
      return false;
    }
    int left = 0;
    for (var entry : state.list(StoreKeys.DRAFTS)) {
      if (current(entry).isEmpty()) {
        var over = Condition.unmoved(entry.key(), Optional.of(entry));
        var _ =
            state.transact(
                new Transaction(conditions(over), List.of(new Write.Delete(entry.key()))));
      } else {
        left++;
      }
    }
    return left >= MOST_PEOPLE;
  }

  /** With those of all who write without leadership. */
  private List<Condition> conditions(Condition own) throws InterruptedException {
    return List.of(own, CurrentTermCondition.of(state));
  }

  /** Without those whose time is over, and what is no draft. */
  private List<RequestDraft> current(Entry entry) {
    try {
      var now = clock.instant();
      return StrictJson.parseObject(entry.value()).get("drafts") instanceof List<?> list
          ? list.stream()
              .flatMap(one ->
                  one instanceof Map<?, ?> map
                      ? RequestDraft.ofMap(map).stream()
                      : List.<RequestDraft>of().stream())
              .filter(draft -> draft.expires().isAfter(now))
              .toList()
          : List.of();
    } catch (StrictJson.Malformed e) {
      return List.of();
    }
  }

  private static byte[] bytes(String who, List<RequestDraft> drafts) {
    return CanonicalJson.bytes(
        Map.of("who", who, "drafts", drafts.stream().map(RequestDraft::toMap).toList()));
  }

  private static String key(String who) {
    return StoreKeys.DRAFTS + CanonicalJson.sha256(who);
  }
}
