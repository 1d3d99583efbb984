package dev.deployclaw.lab.judge.history;

import dev.deployclaw.lab.judge.protocol.EtcdReader.KeyChange;
import dev.deployclaw.lab.judge.protocol.JsonValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What etcd's revisions say of how it came to be so. It is told them in order and remembers what is
 * wrong for ever.
 */
public final class HistoryInvariants {
  private static final Set<String> OVER = Set.of("completed", "rolled-back", "failed", "aborted");

  private final Map<String, String> now = new HashMap<>();
  private final Map<String, Long> writtenAt = new HashMap<>();
  private final Map<String, Long> lastRecord = new HashMap<>();
  private final List<String> wrong = new ArrayList<>();
  private int moves;

  public List<String> wrong() {
    return List.copyOf(wrong);
  }

  /** How many moves of changes it was told of. */
  public int moves() {
    return moves;
  }

  /** All that one transaction did. */
  public void tell(List<KeyChange> transaction) {
    var after = new HashMap<String, KeyChange>();
    transaction.forEach(h -> after.put(h.key(), h));
    for (var h : transaction) {
      judge(h, after);
    }
    for (var h : transaction) {
      if (h.deleted()) {
        now.remove(h.key());
      } else {
        now.put(h.key(), h.text());
        writtenAt.put(h.key(), h.revision());
      }
    }
  }

  private void judge(KeyChange h, Map<String, KeyChange> beside) {
    String family = h.key().contains("/") ? h.key().substring(0, h.key().indexOf('/')) : h.key();
    switch (family) {
      case "epoch", "term" -> rises(h);
      case "open" -> open(h, beside);
      case "active" -> active(h, beside);
      case "change" -> change(h, beside);
      case "audit" -> record(h, beside);
      case "policy" -> policy(h);
      case "superseded" -> accounted(h, beside);
      default -> {}
    }
  }

  private void rises(KeyChange h) {
    long before = Long.parseLong(now.getOrDefault(h.key(), "0"));
    if (h.deleted() || Long.parseLong(h.text()) <= before) {
      says(h, h.key() + " went from " + before + " to " + (h.deleted() ? "nothing" : h.text()));
    }
  }

  /** Its holder keeps it, except for a rollback and the change that it undoes. */
  private void open(KeyChange h, Map<String, KeyChange> beside) {
    var holder = Optional.ofNullable(now.get("open"));
    if (!h.deleted() && holder.isPresent() && !holder.get().equals(h.text())) {
      boolean related =
          undone(h.text(), beside).equals(holder.get())
              || undone(holder.get(), beside).equals(h.text());
      if (!related) {
        says(h, "open went from " + holder.get() + " to " + h.text());
      }
    }
  }

  private String undone(String id, Map<String, KeyChange> beside) {
    var h = beside.get("change/" + id);
    return JsonValue.parse(h == null ? now.getOrDefault("change/" + id, "{}") : h.text())
        .text("undoes");
  }

  private void active(KeyChange h, Map<String, KeyChange> beside) {
    if (h.deleted()) {
      says(h, "active was deleted");
      return;
    }
    var before = JsonValue.parse(now.getOrDefault("active", "{}"));
    var after = JsonValue.parse(h.text());
    if (!now.getOrDefault("term", "").equals(after.text("term"))) {
      says(
          h,
          "active was written in term %s by one of term %s"
              .formatted(now.get("term"), after.text("term")));
    }
    if (after.number("epoch") == before.number("epoch") && after.number("step") > 0) {
      widened(h, before, after, beside);
      return;
    }
    if (after.number("epoch") <= before.number("epoch") || after.has("candidate")) {
      says(h, "active went from " + words(before) + " to " + words(after));
    }
    if (after.number("predecessor") != before.number("epoch")) {
      says(h, "active's predecessor is " + after.number("predecessor"));
    }
    decided(h, after, "committed", beside);
  }

  /** What is committed stays, and a candidate beside it comes, grows or goes. */
  private void widened(
      KeyChange h, JsonValue before, JsonValue after, Map<String, KeyChange> beside) {
    var was = before.at("candidate");
    var is = after.at("candidate");
    boolean same =
        List.of("change", "digest", "predecessor").stream()
            .allMatch(f -> before.text(f).equals(after.text(f)));
    boolean grows =
        !was.has("epoch")
            || !is.has("epoch")
            || (was.text("epoch").equals(is.text("epoch"))
                && was.number("cohort") < is.number("cohort"));
    if (!same || !grows || after.number("step") != before.number("step") + 1) {
      says(h, "active went from " + words(before) + " to " + words(after));
    }
    if (is.has("epoch")) {
      decided(h, is, "widened", beside);
    } else if (!moved(was.text("change"), beside).equals("withdrawing")) {
      says(h, "a candidate went, and its change " + was.text("change") + " was not withdrawn");
    }
  }

  /** What must have been written before a decision for an epoch, and with it. */
  private void decided(KeyChange h, JsonValue epochs, String state, Map<String, KeyChange> beside) {
    long epoch = epochs.number("epoch");
    String id = epochs.text("change");
    if (!now.containsKey("checkpoint/" + epoch)) {
      says(h, "epoch " + epoch + " was " + state + " without a checkpoint before it");
    }
    var manifest = JsonValue.parse(now.getOrDefault("policy/" + epoch + "/manifest", "{}"));
    if (!manifest.text("digest").equals(epochs.text("digest"))) {
      says(h, "epoch " + epoch + " was " + state + ", its set was not stored");
    }
    if (!moved(id, beside).equals(state)) {
      says(h, "active moved, its change " + id + " has the result: " + moved(id, beside));
    }
    var change = beside.get("change/" + id);
    boolean back = change != null && !JsonValue.parse(change.text()).text("kind").equals("forward");
    if (now.containsKey("freeze") && !back) {
      says(h, "epoch " + epoch + " was " + state + " under the kill switch");
    }
  }

  /** The state that a change came to in the same transaction; nothing where it didn't move. */
  private static String moved(String id, Map<String, KeyChange> beside) {
    var change = beside.get("change/" + id);
    return change == null ? "" : state(change.text());
  }

  private static String words(JsonValue active) {
    return "epoch " + active.number("epoch") + " step " + active.number("step");
  }

  private void change(KeyChange h, Map<String, KeyChange> beside) {
    moves++;
    var before = JsonValue.parse(now.getOrDefault(h.key(), "{}"));
    String id = h.key().substring("change/".length());
    if (h.deleted()) {
      says(h, id + " was deleted");
      return;
    }
    var after = JsonValue.parse(h.text());
    if (OVER.contains(state(now.getOrDefault(h.key(), "{}")))) {
      says(h, id + " had ended, and moved to " + state(h.text()));
    }
    if (after.number("turn") != before.number("turn") + 1) {
      says(h, id + " went from turn " + before.text("turn") + " to " + after.text("turn"));
    }
    ApprovalOrderInvariant.fault(after, now).ifPresent(what -> says(h, what));
    if (!now.containsKey("leader")) {
      says(h, id + " moved without a leader");
    }
    epochOf(h, before, after, beside);
    long records =
        beside.values().stream().filter(r -> records(r, id, after.number("turn"))).count();
    if (records != 1) {
      says(h, id + " reached turn " + after.text("turn") + " with " + records + " records of it");
    }
  }

  /** It is given out in the transaction that opens the change, and stays. */
  private void epochOf(
      KeyChange h, JsonValue before, JsonValue after, Map<String, KeyChange> beside) {
    long epoch = after.number("epoch");
    if (before.has("epoch") && before.number("epoch") != epoch) {
      says(h, h.key() + " went from epoch " + before.number("epoch") + " to " + epoch);
    }
    var given = beside.get("epoch");
    boolean fresh = given != null && given.text().equals(Long.toString(epoch));
    if (!before.has("epoch") && !fresh) {
      says(h, h.key() + " has epoch " + epoch + ", which was not given out with it");
    }
  }

  private static boolean records(KeyChange h, String change, long turn) {
    if (!h.key().startsWith("audit/") || h.deleted()) {
      return false;
    }
    var facts = JsonValue.parse(h.text()).at("facts");
    return facts.text("change").equals(change) && facts.number("turn") == turn;
  }

  private void record(KeyChange h, Map<String, KeyChange> beside) {
    String execution = h.key().substring("audit/".length(), h.key().lastIndexOf('/'));
    if (h.deleted()) {
      left(h, execution, beside);
      return;
    }
    var record = JsonValue.parse(h.text());
    long seq = record.number("seq");
    if (!h.key().endsWith("/%08d".formatted(seq))
        || seq <= lastRecord.getOrDefault(execution, 0L)) {
      says(h, h.key() + " is record " + seq + " after " + lastRecord.get(execution));
    }
    lastRecord.merge(execution, seq, Math::max);
    ApprovalOrderInvariant.fault(execution, record, now).ifPresent(what -> says(h, what));
    var facts = record.at("facts");
    if (facts.has("turn") && !beside.containsKey("change/" + facts.text("change"))) {
      says(h, h.key() + " records a move that was not made with it");
    }
    if (facts.has("superseded") && beside.keySet().stream().noneMatch(k -> accounts(h, k))) {
      says(h, h.key() + " accounts for what etcd doesn't know of");
    }
  }

  /** Records leave all at once, with the word where their copy is. */
  private void left(KeyChange h, String execution, Map<String, KeyChange> beside) {
    var copy = beside.get("audit-copy/" + execution);
    boolean all =
        now.keySet().stream()
            .filter(key -> key.startsWith("audit/" + execution + "/"))
            .allMatch(beside::containsKey);
    if (copy == null || copy.deleted() || !all) {
      says(h, h.key() + " was deleted");
    }
  }

  /** What a machine lost of a log is accounted for once, with the record that says so. */
  private void accounted(KeyChange h, Map<String, KeyChange> beside) {
    long records = beside.values().stream().filter(r -> accounts(r, h.key())).count();
    if (h.deleted() || now.containsKey(h.key()) || records != 1) {
      says(h, h.key() + " was written with " + records + " records of it");
    }
  }

  private static boolean accounts(KeyChange h, String key) {
    if (!h.key().startsWith("audit/") || h.deleted()) {
      return false;
    }
    var said = JsonValue.parse(h.text()).at("facts").at("superseded");
    return key.equals("superseded/%s/%08d".formatted(said.text("execution"), said.number("from")));
  }

  /** What was written of an epoch doesn't change, and what is committed stays. */
  private void policy(KeyChange h) {
    String epoch = h.key().split("/", 3)[1];
    String before = now.getOrDefault(h.key(), "");
    if (!h.deleted()
        && !h.key().endsWith("/provenance")
        && !before.isEmpty()
        && !before.equals(h.text())) {
      says(h, h.key() + " was written again, differently");
    }
    var active = JsonValue.parse(now.getOrDefault("active", "{}"));
    if (h.deleted() && active.text("epoch").equals(epoch)) {
      says(h, h.key() + " was deleted while it was active");
    }
  }

  private static String state(String change) {
    return JsonValue.parse(change).at("state").text("name");
  }

  private void says(KeyChange h, String what) {
    wrong.add("revision " + h.revision() + ": " + what);
  }
}
