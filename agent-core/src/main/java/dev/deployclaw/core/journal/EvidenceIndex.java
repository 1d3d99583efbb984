package dev.deployclaw.core.journal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import dev.deployclaw.core.machine.DecisionPrerequisites;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a log holds that a decision can rest on. It is looked up here, by number, and never given by
 * the code that decides: so a decision names nothing that isn't in its log. Where another agent
 * goes on with a log, the records of moves say what was found for them, by their own evidence. Used
 * by one thread.
 */
final class EvidenceIndex {
  /** The most findings that one decision names: the last of them. */
  static final int MOST_FINDINGS = 64;

  /** What an opening rests on: it may be opened twice, where the first try was in doubt. */
  private static final Set<Name> LASTING =
      Collections.unmodifiableSet(EnumSet.of(Name.PLAN, Name.SCHEDULE, Name.UNDO));

  private record Mark(long seq, Optional<Name> decision, List<Long> evidence) {
    boolean decided() {
      return decision.isPresent();
    }
  }

  private final List<Mark> marks = new ArrayList<>();

  /** A record that was kept. */
  void learn(long seq, LogEntry thought) {
    boolean closing = thought.phase() == Phase.END || thought.facts().containsKey("summary");
    var basis = thought.basis();
    if (basis.decision().isPresent() || !closing) {
      marks.add(new Mark(seq, basis.decision().map(RecordedDecision::name), basis.evidence()));
    }
  }

  /** The same of a record as it is stored, by any writer. */
  void learn(JsonNode stored) {
    boolean closing =
        stored.path("phase").asText().equals(Phase.END.word())
            || stored.path("facts").has("summary");
    var name = Name.ofWord(stored.at("/decision/name").asText());
    if (name.isPresent() || !closing) {
      var evidence = new ArrayList<Long>();
      stored.path("evidence").forEach(n -> evidence.add(n.asLong()));
      marks.add(new Mark(stored.path("seq").asLong(), name, evidence));
    }
  }

  /** Records after this one are no longer in the log. */
  void forgetAfter(long seq) {
    marks.removeIf(mark -> mark.seq() > seq);
  }

  /** On what a decision rests that is made now: numbers of records, ascending. */
  List<Long> evidence(RecordedDecision decision) {
    var evidence = new TreeSet<Long>(found());
    for (var ground : grounds(decision)) {
      evidence.add(ground.seq());
      if (DecisionPrerequisites.allTheWay(decision.name())) {
        evidence.addAll(ground.evidence());
      }
    }
    return List.copyOf(evidence);
  }

  /** What was found since the last decision. */
  private List<Long> found() {
    return marks.reversed().stream()
        .takeWhile(mark -> !mark.decided())
        .limit(MOST_FINDINGS)
        .map(Mark::seq)
        .toList();
  }

  private Collection<Mark> grounds(RecordedDecision decision) {
    var decided = marks.reversed().stream().filter(Mark::decided);
    return decision.name() == Name.END
        ? decided.limit(1).toList()
        : grounds(DecisionPrerequisites.of(decision), decided.toList());
  }

  /**
   * The last of each that still counts: a move as long as no other change was opened; what was
   * decided between moves until the next; what an opening rests on always.
   *
   * @param decided the last one first
   */
  private static Collection<Mark> grounds(List<Name> wanted, List<Mark> decided) {
    var open = EnumSet.noneOf(Name.class);
    open.addAll(wanted);
    var grounds = new ArrayList<Mark>();
    boolean moved = false;
    boolean opened = false;
    for (var mark : decided) {
      var name = mark.decision().orElseThrow();
      boolean counts = LASTING.contains(name) || (name.moves() ? !opened : !moved);
      if (counts && open.remove(name)) {
        grounds.add(mark);
      }
      moved |= name.moves();
      opened |= name == Name.OPEN;
    }
    return grounds;
  }
}
