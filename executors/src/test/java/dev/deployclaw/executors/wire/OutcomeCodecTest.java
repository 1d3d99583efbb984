package dev.deployclaw.executors.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.grant.EffectClass;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.executors.protocol.v1.Done;
import dev.deployclaw.executors.protocol.v1.Fault;
import dev.deployclaw.executors.protocol.v1.HandshakeReply;
import dev.deployclaw.executors.protocol.v1.OperationDescription;
import dev.deployclaw.executors.protocol.v1.Outcome;
import dev.deployclaw.testkit.SeededLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutcomeCodecTest {
  private static final int SEEDS = 100;
  private static final int LATER = 77;

  @Test
  void readsTheReportsThatItWrote() {
    SeededLoop.run(
        SEEDS,
        (_, random) -> {
          var values = new RandomCalls(random);
          var reports = new ArrayList<MemberReport>();
          for (var answer : MemberReport.Answer.values()) {
            reports.add(
                new MemberReport(
                    values.text(), answer, values.text(), values.text(), values.facts(2)));
          }
          var outcome = new CallOutcome.Done(reports, values.facts(2));

          var message = Outcome.parseFrom(OutcomeCodec.encode(outcome).toByteArray());

          assertThat(OutcomeCodec.decode(message, EffectClass.ACTIVATE)).isEqualTo(outcome);
        });
  }

  @Test
  void readsEachFaultThatItWrote() {
    for (var fault : faults()) {
      var outcome = CallOutcome.failed(fault);
      assertThat(OutcomeCodec.decode(OutcomeCodec.encode(outcome), EffectClass.STAGE))
          .isEqualTo(outcome);
      assertThat(OutcomeCodec.decodePut(OutcomeCodec.put(new ObjectStore.Put.Failed(fault))))
          .isEqualTo(new ObjectStore.Put.Failed(fault));
      assertThat(OutcomeCodec.decodeGet(OutcomeCodec.got(new ObjectStore.Get.Failed(fault))))
          .isEqualTo(new ObjectStore.Get.Failed(fault));
    }
    assertThat(faults().stream().<Class<?>>map(Object::getClass))
        .containsExactlyInAnyOrder(CallFault.class.getPermittedSubclasses());
  }

  private static List<CallFault> faults() {
    return List.of(
        new CallFault.Denied("a"),
        new CallFault.Ungranted("b"),
        new CallFault.Invalid("c"),
        new CallFault.Unavailable("d"),
        new CallFault.Conflict("e"),
        new CallFault.Unknown("f"));
  }

  @Test
  void readsTheObjectsThatItWrote() {
    assertThat(OutcomeCodec.decodePut(OutcomeCodec.put(new ObjectStore.Put.Created())))
        .isEqualTo(new ObjectStore.Put.Created());
    assertThat(OutcomeCodec.decodePut(OutcomeCodec.put(new ObjectStore.Put.AlreadyThere())))
        .isEqualTo(new ObjectStore.Put.AlreadyThere());
    assertThat(OutcomeCodec.decodeGet(OutcomeCodec.got(new ObjectStore.Get.Absent())))
        .isEqualTo(new ObjectStore.Get.Absent());
    assertThat(
            OutcomeCodec.decodeGet(OutcomeCodec.got(new ObjectStore.Get.Found(new byte[] {4, 5}))))
        .isInstanceOfSatisfying(
            ObjectStore.Get.Found.class, found -> assertThat(found.bytes()).containsExactly(4, 5));
  }

  @Test
  void takesWhatItCannotReadForUnknownOrForUnavailableWhereNothingIsChanged() {
    var report =
        dev.deployclaw.executors.protocol.v1.MemberReport.newBuilder().setAnswerValue(LATER);
    for (var message :
        List.of(
            Outcome.getDefaultInstance(),
            OutcomeCodec.needed(List.of("a")),
            OutcomeCodec.got(new ObjectStore.Get.Absent()),
            Outcome.newBuilder().setDone(Done.newBuilder().setFacts("[")).build(),
            Outcome.newBuilder().setDone(Done.newBuilder().addReports(report)).build(),
            Outcome.newBuilder().setFault(Fault.newBuilder().setKindValue(LATER)).build())) {
      assertThat(fault(message, EffectClass.DESTROY)).isInstanceOf(CallFault.Unknown.class);
      assertThat(fault(message, EffectClass.OBSERVE)).isInstanceOf(CallFault.Unavailable.class);
    }
  }

  @Test
  void cutsALongReason() {
    String reason = "x".repeat(OutcomeCodec.MOST_REASON + 10);

    var message = OutcomeCodec.fault(new CallFault.Denied(reason));

    assertThat(message.getFault().getReason()).hasSize(OutcomeCodec.MOST_REASON + 1);
  }

  @Test
  void refusesMoreReportsThanItReads() {
    var done = Done.newBuilder();
    for (int i = 0; i <= OutcomeCodec.MOST_REPORTS; i++) {
      done.addReportsBuilder();
    }

    assertThat(fault(Outcome.newBuilder().setDone(done).build(), EffectClass.STAGE).reason())
        .contains("more than");
  }

  @Test
  void readsTheHandshakeThatItWrote() {
    var host =
        new HostDescription(
            "build",
            "incarnation",
            1,
            List.of(
                OfferedExecutor.of(
                    "redis",
                    Map.of(
                        "scan", EffectClass.OBSERVE,
                        "stage", EffectClass.STAGE,
                        "publish", EffectClass.ACTIVATE,
                        "discard", EffectClass.DESTROY))),
            List.of(new IsolationFinding("seccomp", false, "not there")));

    assertThat(HandshakeCodec.decode(HandshakeCodec.encode(host), ProtocolRevisions.SPOKEN))
        .isEqualTo(new HandshakeCodec.Read.Host(host));
  }

  @Test
  void refusesAnOperationOfNoKnownEffect() {
    var reply = HandshakeReply.newBuilder().setRevision(1).setIncarnation("a");
    reply
        .addExecutorsBuilder()
        .setName("redis")
        .addOperations(OperationDescription.newBuilder().setVerb("x").setEffectValue(LATER));

    assertThat(HandshakeCodec.decode(reply.build(), ProtocolRevisions.SPOKEN))
        .isEqualTo(new HandshakeCodec.Read.Problem("redis.x declares no known effect"));
  }

  @Test
  void agreesOnTheNewestCommonRevision() {
    assertThat(new ProtocolRevisions(1, 2).common(1, 1)).contains(1);
    assertThat(new ProtocolRevisions(1, 2).common(2, 3)).contains(2);
    assertThat(new ProtocolRevisions(1, 2).common(3, 4)).isEmpty();
  }

  private static CallFault fault(Outcome message, EffectClass effect) {
    return ((CallOutcome.Failed) OutcomeCodec.decode(message, effect)).fault();
  }
}
