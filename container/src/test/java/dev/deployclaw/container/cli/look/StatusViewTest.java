package dev.deployclaw.container.cli.look;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.AnswerFixtures;
import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.container.cli.look.StatusView.RelatedState;
import dev.deployclaw.container.file.AtomicFile;
import dev.deployclaw.container.monitor.EnforcementMonitor;
import dev.deployclaw.container.query.StatusDocument;
import dev.deployclaw.core.election.LeaderIdentity;
import dev.deployclaw.core.freeze.FreezeRecord;
import dev.deployclaw.core.log.StreamCopy;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.query.AgentStatusReport;
import dev.deployclaw.core.regression.AheadMember;
import dev.deployclaw.core.repair.HeldRepair;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.schedule.ScheduleReport;
import dev.deployclaw.core.schedule.ScheduledChange;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusViewTest {
  private static final AgentStatusReport HELD =
      new AgentStatusReport(
          ExitCode.OK,
          Optional.of(new CommittedEpoch(3, "ab", "arch-2026-11-24-rate-limit-003", 2, 1)),
          Optional.of(AnswerFixtures.execution(new ChangeState.Staged())),
          "",
          List.of(AnswerFixtures.execution(new ChangeState.Held("manual", 0, List.of()))),
          List.of(),
          ScheduleReport.NOTHING,
          Optional.empty(),
          Optional.empty(),
          List.of(),
          List.of(),
          List.of(),
          true,
          0,
          "");

  private static final ScheduledChange START =
      new ScheduledChange(
          "arch-1",
          60_000,
          "set it",
          "olivia",
          false,
          List.of(),
          4,
          "ab",
          Optional.empty(),
          Optional.empty());

  private final CommandLineFixture screen = new CommandLineFixture(Path.of(""));
  private final StatusView view = new StatusView(screen.surroundings());

  @Test
  void documentsWhereThingsStand() {
    int exit = view.show(HELD, RelatedState.NOTHING, true);

    var status = screen.json();
    assertThat(exit).isZero();
    assertThat(status.at("/active/epoch").asLong()).isEqualTo(3);
    assertThat(status.at("/active/digest").asText()).isEqualTo("ab");
    assertThat(status.at("/open/state").asText()).isEqualTo("staged");
    assertThat(status.at("/held/0/id").asText()).isEqualTo("arch-2026-11-24-rate-limit-004");
    assertThat(status.get("frozen").asBoolean()).isFalse();
    assertThat(status.get("rollback_available").asBoolean()).isTrue();
  }

  @Test
  void tellsPeopleWhatToTypeForAHeldChange() {
    view.show(HELD, RelatedState.NOTHING, false);

    assertThat(screen.out())
        .contains("epoch 3 is committed, by arch-2026-11-24-rate-limit-003")
        .contains("deployclaw approve arch-2026-11-24-rate-limit-004")
        .contains("a rollback is possible");
  }

  @Test
  void tellsTheCandidateItsCohortAndUntilWhenItIsWatched() {
    var candidate = new CommittedEpoch.Candidate(4, "cd", "arch-2026-11-24-rate-limit-004", 500);
    var trying =
        new AgentStatusReport(
            ExitCode.OK,
            Optional.of(
                new CommittedEpoch(
                    3, "ab", "arch-2026-11-24-rate-limit-003", 2, 1, 1, Optional.of(candidate))),
            Optional.of(AnswerFixtures.execution(new ChangeState.Baking(0, 60_000, 41))),
            "",
            List.of(),
            List.of(),
            ScheduleReport.NOTHING,
            Optional.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            true,
            0,
            "");

    view.show(trying, RelatedState.NOTHING, false);
    assertThat(screen.out())
        .contains("epoch 3 is committed")
        .contains("epoch 4 is a candidate for positions below 500 of 10000")
        .contains("is under way: baking, watched until 1970-01-01T00:01:00Z");

    var again = new CommandLineFixture(Path.of(""));
    new StatusView(again.surroundings()).show(trying, RelatedState.NOTHING, true);
    assertThat(again.json().at("/active/candidate/epoch").asLong()).isEqualTo(4);
    assertThat(again.json().at("/active/candidate/cohort").asLong()).isEqualTo(500);
    assertThat(again.json().at("/open/watched_until").asText()).isEqualTo("1970-01-01T00:01:00Z");
  }

  @Test
  void tellsWhatAWayBackWaitsFor() {
    var waiting =
        new AgentStatusReport(
            ExitCode.OK,
            HELD.active(),
            Optional.of(AnswerFixtures.execution(new ChangeState.Committed())),
            "not back yet: gateway/edge/gw-03: its Deployment is paused",
            List.of(),
            List.of(),
            ScheduleReport.NOTHING,
            Optional.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            true,
            0,
            "");

    view.show(waiting, RelatedState.NOTHING, false);

    assertThat(screen.out())
        .contains("it isn't finished: not back yet: gateway/edge/gw-03: its Deployment is paused")
        .contains("deployclaw recover --leave-out MEMBER");
    assertThat(StatusDocument.of(waiting).get("open"))
        .hasFieldOrPropertyWithValue(
            "pending", "not back yet: gateway/edge/gw-03: its Deployment is paused");
  }

  private static final HeldRepair WAITING =
      new HeldRepair(
          "arch-3",
          "olivia",
          "only a model understood it",
          "0123456789",
          4,
          60_000,
          List.of("model-reading"),
          List.of("redis/a: acts on another digest"));

  @Test
  void tellsWhoLeadsWhatIsStillToBeWrittenBackAndWhatExpired() {
    var busy =
        new AgentStatusReport(
            ExitCode.OK,
            HELD.active(),
            Optional.empty(),
            "",
            List.of(),
            List.of(WAITING),
            ScheduleReport.NOTHING,
            Optional.empty(),
            Optional.of(new LeaderIdentity("edge-1", "2026-11-24T10:00:00Z")),
            List.of("arch-2026-11-24-rate-limit-002", "arch-3"),
            List.of(),
            List.of(AnswerFixtures.OVERLAY),
            true,
            0,
            "");

    view.show(busy, RelatedState.NOTHING, false);
    String people = screen.out();
    view.show(busy, RelatedState.NOTHING, true);

    assertThat(people)
        .contains("edge-1 leads since 2026-11-24T10:00:00Z")
        .contains("arch-2026-11-24-rate-limit-002 is still to be written back")
        .contains("a serving agent takes it back, or: apply the policies of ")
        .as("it is held: nothing is due yet")
        .doesNotContain("arch-3 is still to be written back");
    var status = StatusDocument.of(busy);
    assertThat(people)
        .contains(
            "arch-3 is held: only a model understood it; asked by olivia",
            "deployclaw approve arch-3 shows its plan");
    assertThat(status.get("held"))
        .isEqualTo(
            List.of(
                Map.of(
                    "id", "arch-3",
                    "state", "held",
                    "operation", "repair-drift",
                    "requester", "olivia",
                    "why", "only a model understood it",
                    "quote_plan", true,
                    "current", true)));
    assertThat(status.get("leader"))
        .isEqualTo(Map.of("name", "edge-1", "since", "2026-11-24T10:00:00Z"));
    assertThat(status.get("write_back")).isEqualTo(busy.writeBacks());
    assertThat(status.get("expired")).asInstanceOf(InstanceOfAssertFactories.LIST).hasSize(1);
  }

  @Test
  void tellsWhoIsAheadOfTheStateStoreAndWhatCanBeDecided() {
    var ahead = List.of(new AheadMember("redis/a", "epoch", 9, 3));
    var beside = new RelatedState(ahead, Optional.empty(), List.of(), Optional.empty());

    view.show(HELD, beside, false);
    assertThat(screen.out())
        .contains("REGRESSED: redis/a names epoch 9, the state store knows none above 3")
        .contains("deployclaw recover --accept-regression");

    var again = new CommandLineFixture(Path.of(""));
    new StatusView(again.surroundings()).show(HELD, beside, true);
    assertThat(again.json().at("/regressed/0/observed").asLong()).isEqualTo(9);
  }

  @Test
  void listsWhatIsScheduledAndHowToCancelIt() {
    var report = new ScheduleReport(List.of(START), List.of("arch-2: its entry can't be read"));

    view.show(standing(report, 4), RelatedState.NOTHING, false);
    assertThat(screen.out())
        .contains("arch-1 begins at 1970-01-01T00:01:00Z", "deployclaw reject arch-1")
        .contains("arch-2: its entry can't be read; it isn't started");

    var again = new CommandLineFixture(Path.of(""));
    new StatusView(again.surroundings()).show(standing(report, 4), RelatedState.NOTHING, true);
    assertThat(again.json().at("/scheduled/0/at").asText()).isEqualTo("1970-01-01T00:01:00Z");
    assertThat(again.json().at("/unreadable_schedule/0").asText()).startsWith("arch-2");
  }

  @Test
  void whatIsUnderWayIsNotYetToBeWrittenBack() {
    var open = AnswerFixtures.execution(new ChangeState.Staged());
    var running = standing(Optional.of(open), List.of(), ScheduleReport.NOTHING, 4);
    view.show(running, RelatedState.NOTHING, false);

    assertThat(screen.out()).contains(" is under way: staged").doesNotContain("written back");
  }

  @Test
  void tellsAtOnceWhatCantGoOnSinceSomethingWasCommitted() {
    var moved = standing(new ScheduleReport(List.of(START), List.of()), 9);

    view.show(moved, RelatedState.NOTHING, false);

    String since = "something was committed since it was planned (epoch 3 now): ask again";
    assertThat(screen.out())
        .contains("arch-1 won't begin at 1970-01-01T00:01:00Z: " + since)
        .contains("arch-2026-11-24-rate-limit-004 can't go on: " + since)
        .contains("temporary: acme", "a serving agent takes it back then")
        .doesNotContain("deployclaw approve");
    var document = StatusDocument.of(moved);
    assertThat(String.valueOf(document.get("held"))).contains("current=false");
    assertThat(String.valueOf(document.get("scheduled"))).contains("current=false");
  }

  private static AgentStatusReport standing(ScheduleReport schedule, long revision) {
    return standing(Optional.empty(), HELD.held(), schedule, revision);
  }

  private static AgentStatusReport standing(
      Optional<ChangeExecution> open,
      List<ChangeExecution> held,
      ScheduleReport schedule,
      long revision) {
    return new AgentStatusReport(
        ExitCode.OK,
        HELD.active(),
        open,
        "",
        held,
        List.of(),
        schedule,
        Optional.empty(),
        Optional.empty(),
        List.of("arch-2026-11-24-rate-limit-004"),
        List.of(AnswerFixtures.OVERLAY),
        List.of(),
        true,
        revision,
        "");
  }

  @Test
  void tellsWhoFrozeAndHowToThaw() {
    var frozen =
        new AgentStatusReport(
            HELD.exit(),
            HELD.active(),
            HELD.open(),
            "",
            HELD.held(),
            List.of(),
            ScheduleReport.NOTHING,
            Optional.of(new FreezeRecord("olivia", "incident 4711", "1970-01-01T00:00:00Z")),
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            true,
            0,
            "");

    view.show(frozen, RelatedState.NOTHING, false);
    assertThat(screen.out())
        .contains("frozen by olivia since 1970-01-01T00:00:00Z: incident 4711")
        .contains("deployclaw thaw");

    var again = new CommandLineFixture(Path.of(""));
    new StatusView(again.surroundings()).show(frozen, RelatedState.NOTHING, true);
    assertThat(again.json().get("frozen").asBoolean()).isTrue();
    assertThat(again.json().at("/freeze/by").asText()).isEqualTo("olivia");
    assertThat(again.json().at("/freeze/reason").asText()).isEqualTo("incident 4711");
  }

  @Test
  void showsWhatTheWatchFoundAndHowLongAgo(@TempDir Path folder) throws Exception {
    var written = Instant.parse("2026-11-25T12:00:00Z");
    AtomicFile.write(
        EnforcementMonitor.stateFile(folder),
        """
        {"amiss":[{"event":"held","subject":"arch-1"},{"event":"drift","subject":"estate"}],
        "heartbeat_s":30,"points":[{"micros":900,"point":"gateway/eu/one","state":"ok"},
        {"point":"gateway/eu/two","reason":"answered 500","state":"not_enforced"}],
        "written_at":"2026-11-25T12:00:00Z"}\
        """
            .getBytes(StandardCharsets.UTF_8));

    var watched = MonitorStateFile.read(folder, written.plusSeconds(20));
    view.show(HELD, new RelatedState(List.of(), watched, List.of(), Optional.empty()), false);

    assertThat(screen.out())
        .contains("1 of 2 enforcement points enforce what is committed\n")
        .contains("gateway/eu/two is not_enforced: answered 500")
        .doesNotContain("no agent is monitoring");
    var late = MonitorStateFile.read(folder, written.plusSeconds(91)).orElseThrow();
    assertThat(late.lines())
        .first()
        .isEqualTo("no agent is monitoring: the last heartbeat was 91 s ago");
    assertThat(late.document(List.of())).containsEntry("watching", false);
    assertThat(late.document(List.of()).get("amiss"))
        .as("what was held when it was written isn't any more")
        .isEqualTo(List.of(Map.of("event", "drift", "subject", "estate")));
  }

  @Test
  void namesARecordThatTheStreamCannotBeGiven() {
    var stuck = new StreamCopy.Stuck("arch-one", 6, "it has 12,345 bytes", "raise max_payload");
    var beside = new RelatedState(List.of(), Optional.empty(), List.of(stuck), Optional.empty());

    view.show(HELD, beside, false);
    assertThat(screen.out())
        .contains("arch-one isn't copied to the stream from record 6 on: it has 12,345 bytes")
        .contains("raise max_payload");
    var again = new CommandLineFixture(Path.of(""));
    new StatusView(again.surroundings()).show(HELD, beside, true);
    assertThat(again.json().get("not_shipped").get(0).get("seq").asInt()).isEqualTo(6);
  }

  @Test
  void saysThatNobodyEverWatched(@TempDir Path folder) {
    view.show(
        HELD,
        new RelatedState(
            List.of(), MonitorStateFile.read(folder, Instant.EPOCH), List.of(), Optional.empty()),
        false);

    assertThat(screen.out())
        .contains("this machine doesn't monitor the estate: start deployclaw serve");
  }

  @Test
  void saysOnlyWhyWhereNothingCouldBeRead() {
    var lost = AgentStatusReport.unreachable("the state store can't be reached");

    assertThat(view.show(lost, RelatedState.NOTHING, true)).isEqualTo(10);
    assertThat(screen.json()).hasSize(1);
    assertThat(screen.json().get("unreachable").asText()).contains("can't be reached");
  }
}
