package dev.deployclaw.executors.wire;

import com.google.protobuf.ByteString;
import dev.deployclaw.core.grant.EffectClass;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.executors.protocol.v1.ContentNeeded;
import dev.deployclaw.executors.protocol.v1.Done;
import dev.deployclaw.executors.protocol.v1.Fault;
import dev.deployclaw.executors.protocol.v1.ObjectOutcome;
import dev.deployclaw.executors.protocol.v1.Outcome;
import java.util.ArrayList;
import java.util.List;

/**
 * Outcomes as messages and back. What is read may be anything: an answer that isn't one is an
 * unknown outcome, or an unavailable one of a call that only looks.
 */
public final class OutcomeCodec {
  /** Characters of one reason; the rest of a longer one is cut. */
  public static final int MOST_REASON = 4_000;

  /** Reports of one answer. */
  public static final int MOST_REPORTS = 50_000;

  private OutcomeCodec() {}

  /**
   * @throws IllegalArgumentException where facts aren't JSON-like, which is a bug of an executor
   */
  public static Outcome encode(CallOutcome outcome) {
    return switch (outcome) {
      case CallOutcome.Failed(var fault) -> fault(fault);
      case CallOutcome.Done done -> Outcome.newBuilder().setDone(done(done)).build();
    };
  }

  public static Outcome fault(CallFault fault) {
    return Outcome.newBuilder()
        .setFault(Fault.newBuilder().setKind(kind(fault)).setReason(bounded(fault.reason())))
        .build();
  }

  public static Outcome needed(List<String> sha256) {
    return Outcome.newBuilder()
        .setContentNeeded(ContentNeeded.newBuilder().addAllSha256(sha256))
        .build();
  }

  public static Outcome put(ObjectStore.Put put) {
    return switch (put) {
      case ObjectStore.Put.Created _ -> object(ObjectOutcome.Result.CREATED);
      case ObjectStore.Put.AlreadyThere _ -> object(ObjectOutcome.Result.ALREADY_THERE);
      case ObjectStore.Put.Failed(var fault) -> fault(fault);
    };
  }

  public static Outcome got(ObjectStore.Get get) {
    return switch (get) {
      case ObjectStore.Get.Found(var bytes) ->
          Outcome.newBuilder()
              .setObject(
                  ObjectOutcome.newBuilder()
                      .setResult(ObjectOutcome.Result.FOUND)
                      .setBytes(ByteString.copyFrom(bytes)))
              .build();
      case ObjectStore.Get.Absent _ -> object(ObjectOutcome.Result.ABSENT);
      case ObjectStore.Get.Failed(var fault) -> fault(fault);
    };
  }

  private static Outcome object(ObjectOutcome.Result result) {
    return Outcome.newBuilder().setObject(ObjectOutcome.newBuilder().setResult(result)).build();
  }

  private static Done done(CallOutcome.Done outcome) {
    var out = Done.newBuilder().setFacts(WireJson.text(outcome.facts()));
    for (var report : outcome.reports()) {
      out.addReportsBuilder()
          .setMember(report.member())
          .setAnswer(answer(report.answer()))
          .setDigest(report.digest())
          .setReason(bounded(report.reason()))
          .setFacts(WireJson.text(report.facts()));
    }
    return out.build();
  }

  private static dev.deployclaw.executors.protocol.v1.MemberReport.Answer answer(
      MemberReport.Answer answer) {
    return switch (answer) {
      case YES -> dev.deployclaw.executors.protocol.v1.MemberReport.Answer.YES;
      case NO -> dev.deployclaw.executors.protocol.v1.MemberReport.Answer.NO;
      case UNKNOWN -> dev.deployclaw.executors.protocol.v1.MemberReport.Answer.UNKNOWN;
      case SKIPPED -> dev.deployclaw.executors.protocol.v1.MemberReport.Answer.SKIPPED;
    };
  }

  private static Fault.Kind kind(CallFault fault) {
    return switch (fault) {
      case CallFault.Denied _ -> Fault.Kind.DENIED;
      case CallFault.Ungranted _ -> Fault.Kind.UNGRANTED;
      case CallFault.Invalid _ -> Fault.Kind.INVALID;
      case CallFault.Unavailable _ -> Fault.Kind.UNAVAILABLE;
      case CallFault.Conflict _ -> Fault.Kind.CONFLICT;
      case CallFault.Unknown _ -> Fault.Kind.UNKNOWN;
    };
  }

  private static String bounded(String reason) {
    return reason.length() <= MOST_REASON ? reason : reason.substring(0, MOST_REASON) + "…";
  }

  public static CallOutcome decode(Outcome message, EffectClass effect) {
    try {
      return switch (message.getOutcomeCase()) {
        case DONE -> done(message.getDone());
        case FAULT -> CallOutcome.failed(fault(message.getFault()));
        case CONTENT_NEEDED, OBJECT, OUTCOME_NOT_SET ->
            throw new UnreadableMessageException("it is no outcome of such a call");
      };
    } catch (UnreadableMessageException e) {
      return CallOutcome.failed(nonsense(e.reason(), effect));
    }
  }

  public static ObjectStore.Put decodePut(Outcome message) {
    try {
      return switch (message.getObject().getResult()) {
        case CREATED -> new ObjectStore.Put.Created();
        case ALREADY_THERE -> new ObjectStore.Put.AlreadyThere();
        case FOUND, ABSENT, RESULT_UNSPECIFIED, UNRECOGNIZED ->
            new ObjectStore.Put.Failed(objectFault(message));
      };
    } catch (UnreadableMessageException e) {
      return new ObjectStore.Put.Failed(nonsense(e.reason(), EffectClass.STAGE));
    }
  }

  public static ObjectStore.Get decodeGet(Outcome message) {
    try {
      return switch (message.getObject().getResult()) {
        case FOUND -> new ObjectStore.Get.Found(message.getObject().getBytes().toByteArray());
        case ABSENT -> new ObjectStore.Get.Absent();
        case CREATED, ALREADY_THERE, RESULT_UNSPECIFIED, UNRECOGNIZED ->
            new ObjectStore.Get.Failed(objectFault(message));
      };
    } catch (UnreadableMessageException e) {
      return new ObjectStore.Get.Failed(nonsense(e.reason(), EffectClass.OBSERVE));
    }
  }

  private static CallFault objectFault(Outcome message) throws UnreadableMessageException {
    if (!message.hasFault()) {
      throw new UnreadableMessageException("it is no outcome of such a call");
    }
    return fault(message.getFault());
  }

  private static CallFault nonsense(String why, EffectClass effect) {
    return unanswered("the executor host's answer can't be read: " + why, effect);
  }

  /** What a call is that was sent and has no answer: unknown, unless it only looks. */
  public static CallFault unanswered(String reason, EffectClass effect) {
    return effect == EffectClass.OBSERVE
        ? new CallFault.Unavailable(reason)
        : new CallFault.Unknown(reason);
  }

  private static CallOutcome done(Done message) throws UnreadableMessageException {
    if (message.getReportsCount() > MOST_REPORTS) {
      throw new UnreadableMessageException("it has more than " + MOST_REPORTS + " reports");
    }
    var reports = new ArrayList<MemberReport>(message.getReportsCount());
    for (var report : message.getReportsList()) {
      reports.add(
          new MemberReport(
              report.getMember(),
              answer(report.getAnswer()),
              report.getDigest(),
              bounded(report.getReason()),
              WireJson.object(report.getFacts())));
    }
    return new CallOutcome.Done(reports, WireJson.object(message.getFacts()));
  }

  private static MemberReport.Answer answer(
      dev.deployclaw.executors.protocol.v1.MemberReport.Answer answer)
      throws UnreadableMessageException {
    return switch (answer) {
      case YES -> MemberReport.Answer.YES;
      case NO -> MemberReport.Answer.NO;
      case UNKNOWN -> MemberReport.Answer.UNKNOWN;
      case SKIPPED -> MemberReport.Answer.SKIPPED;
      case ANSWER_UNSPECIFIED, UNRECOGNIZED ->
          throw new UnreadableMessageException("a report has no known answer");
    };
  }

  private static CallFault fault(Fault message) throws UnreadableMessageException {
    String reason = bounded(message.getReason());
    return switch (message.getKind()) {
      case DENIED -> new CallFault.Denied(reason);
      case UNGRANTED -> new CallFault.Ungranted(reason);
      case INVALID -> new CallFault.Invalid(reason);
      case UNAVAILABLE -> new CallFault.Unavailable(reason);
      case CONFLICT -> new CallFault.Conflict(reason);
      case UNKNOWN -> new CallFault.Unknown(reason);
      case KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw new UnreadableMessageException("its fault has no known kind");
    };
  }
}
