package dev.deployclaw.container.query;

import dev.deployclaw.core.change.probe.HeartbeatReport;
import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.spi.MemberReport;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One member of the estate, as several looks saw it. For one thread.
 *
 * <p>What is wrong counts more than what isn't known, and that more than what is well: silence is
 * never well.
 */
final class EstateMember {
  private static final int LONGEST_TEXT = 300;

  /** What people are told of what a look measured. */
  private static final List<String> TOLD =
      List.of(
          ("role primary slots slot_count replicas_online candidate url pods ready "
                  + "redis etcd version")
              .split(" ", -1));

  enum Kind {
    GATEWAY,
    SERVICE,
    REDIS,
    CONFIGURATION,
    STORE;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How it is, the worst last. */
  enum State {
    OK,
    /** It answers, and enforces nothing of ours: nothing is committed, or no limit leads there. */
    IDLE,
    UNKNOWN,
    DIFFERS;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final String name;
  private final Kind kind;
  private final Map<String, Object> facts = new TreeMap<>();
  private State state = State.OK;
  private boolean compared;
  private String reason = "";
  private String digest = "";
  private Optional<Long> epoch = Optional.empty();
  private Optional<Instant> since = Optional.empty();

  EstateMember(String name, Kind kind) {
    this.name = name;
    this.kind = kind;
  }

  State state() {
    return state;
  }

  /** Takes in what it said to a look. */
  void see(MemberReport said) {
    var report = said.asLook();
    if (report.unseen() || Boolean.FALSE.equals(report.facts().get("answers"))) {
      worsen(State.UNKNOWN, report.reason());
    } else if (report.answer() == MemberReport.Answer.NO) {
      worsen(State.DIFFERS, report.reason());
    }
    if (!report.digest().isEmpty()) {
      digest = report.digest();
    }
    var decided = report.facts().get("decided") instanceof Map<?, ?> map ? map : report.facts();
    if (decided.get("epoch") instanceof Number n) {
      epoch = Optional.of(n.longValue());
    }
    facts.putAll(report.facts());
  }

  /** Takes in how it differs from what is committed. */
  void see(Discrepancy difference) {
    worsen(
        difference.kind().seen() ? State.DIFFERS : State.UNKNOWN,
        difference.kind().word() + ": " + difference.detail());
  }

  /** Takes in what synthetic requests found, and since when. */
  void see(HeartbeatReport.State found, String why, Instant from) {
    since = Optional.of(from);
    switch (found) {
      case NOT_ENFORCED -> worsen(State.DIFFERS, why);
      case UNKNOWN -> worsen(State.UNKNOWN, why);
      case OK, UNLIMITED, CHANGING -> {}
    }
  }

  /** Takes in that a look asked what it enforces, whatever it said. */
  void compared() {
    compared = true;
  }

  /** After all looks: a member that no look asked isn't well. Stores enforce nothing. */
  void conclude(long committed) {
    if (kind == Kind.STORE) {
      return;
    }
    if (committed == 0) {
      worsen(State.IDLE, "nothing is committed");
    } else if (!compared) {
      worsen(State.UNKNOWN, "the scan skill doesn't ask what it enforces");
    }
  }

  /** What was seen of it is old. A store's own health isn't: it was asked again. */
  void outdate(String why) {
    if (kind != Kind.STORE) {
      worsen(State.UNKNOWN, why);
    }
  }

  /** Never to something better. */
  void worsen(State to, String why) {
    if (to.compareTo(state) > 0) {
      state = to;
      reason = shortened(why);
    }
  }

  Map<String, Object> toMap() {
    var out = new LinkedHashMap<String, Object>();
    out.put("member", name);
    out.put("kind", kind.word());
    out.put("group", group());
    out.put("state", state.word());
    if (!reason.isEmpty()) {
      out.put("reason", reason);
    }
    epoch.ifPresent(e -> out.put("epoch", e));
    if (!digest.isEmpty()) {
      out.put("digest", digest);
    }
    since.ifPresent(s -> out.put("since", s.toString()));
    var told = new LinkedHashMap<String, Object>();
    TOLD.stream()
        .filter(facts::containsKey)
        .forEach(key -> told.put(key, shortened(String.valueOf(facts.get(key)))));
    out.put("facts", told);
    return out;
  }

  /** A namespace; of a Redis node, its shard's primary; else empty. */
  private String group() {
    String[] parts = name.split("/", -1);
    return switch (kind) {
      case GATEWAY, SERVICE ->
          facts.get("namespace") instanceof String s ? s : parts.length > 2 ? parts[1] : "";
      case REDIS ->
          facts.get("primary") instanceof String primary && !primary.isEmpty()
              ? primary
              : parts[parts.length - 1];
      case CONFIGURATION, STORE -> "";
    };
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
  }
}
