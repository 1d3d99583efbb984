package dev.deployclaw.lab.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.campaign.Outcome.Ending;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WalksTest {
  private final Walks walks = new Walks(List.of(Task.CHANGE, Task.ROLLBACK, Task.APPROVAL));
  private final List<Task> walked = new ArrayList<>();

  @Test
  void aLaneEndsAtAViolationAndWhatNobodyCameToIsNamed() throws Exception {
    boolean whole = walks.lane(task -> walk(task, List.of("open is x")));

    assertThat(whole).isFalse();
    assertThat(walked).containsExactly(Task.CHANGE);
    assertThat(walks.violations())
        .contains(
            "change before etcd.transact#1: open is x",
            "rollback: nobody walked by it",
            "approval: nobody walked by it");
  }

  @Test
  void anotherLaneWalksByWhatIsLeft() throws Exception {
    boolean first = walks.lane(task -> walk(task, List.of("open is x")));
    boolean second = walks.lane(task -> walk(task, List.of()));

    assertThat(first).isFalse();
    assertThat(second).isTrue();
    assertThat(walked).containsExactly(Task.CHANGE, Task.ROLLBACK, Task.APPROVAL);
    assertThat(walks.lines()).hasSize(3);
    assertThat(walks.violations()).noneMatch(v -> v.contains("nobody"));
  }

  private Walk walk(Task task, List<String> wrong) {
    walked.add(task);
    var points = Points.of(Map.of(task, List.of("etcd.transact#1"))).all();
    var outcome =
        new Outcome(
            new Trial(0, 0, Kind.STEP),
            "etcd.transact",
            1,
            Ending.OLD,
            Optional.of(Duration.ofSeconds(1)),
            wrong);
    return new Walk(task, points, wrong.isEmpty() ? List.of(outcome, outcome) : List.of(outcome));
  }
}
