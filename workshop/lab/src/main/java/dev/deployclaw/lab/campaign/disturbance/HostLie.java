package dev.deployclaw.lab.campaign.disturbance;

import dev.deployclaw.executors.protocol.v1.GrantedCall;
import dev.deployclaw.executors.protocol.v1.MemberReport;
import dev.deployclaw.executors.protocol.v1.MemberReport.Answer;
import dev.deployclaw.executors.protocol.v1.Outcome;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What becomes of one answer of an executor host. */
public enum HostLie {
  /** It is given after the agent gave the call up. */
  LATE("was cut off after|the executor host gave no answer"),
  TWICE("More than one value received"),
  /** The call is performed, and the connection breaks. */
  CUT_OFF("the executor host gave no answer"),
  /** In the name of another executor's members. */
  ANOTHER_MEMBER("nowhere/[^\"]*, which isn't of "),
  /** One more, which there isn't. */
  INVENTED_MEMBER("-too, which isn't of "),
  /** The first answers once more. */
  DOUBLED_MEMBER("answers twice for "),
  /** All but the first. */
  LESS_MEMBERS("the executor host leaves it out"),
  /** Of each YES. */
  ANOTHER_DIGEST("says YES to another digest: 0000"),
  /** The call isn't performed; what was observed before is the answer. */
  ANOTHER_CALL("says YES to another digest|it is no outcome of such a call"),
  /** The call is performed; each YES is a NO. */
  DENIED("nothing was done here"),
  /** The call isn't performed; all members say YES to just what it asks. */
  NOT_DONE("");

  private static final String NO_DIGEST = "0".repeat(64);

  /** Steps whose replies are all in the log of an execution. */
  private static final Pattern TOLD = Pattern.compile(".*\\.(stage|prepare|publish)");

  /** Its members are known to its cluster alone. */
  private static final String REDIS = "redis.";

  private static final Set<HostLie> UNKNOWN_TO_AGENT = Set.of(INVENTED_MEMBER, LESS_MEMBERS);

  private final Pattern notice;

  HostLie(String notice) {
    this.notice = Pattern.compile(notice);
  }

  /** Each in turn: an odd number, so that it is each also where a kind's trials are 32 apart. */
  public static HostLie turn(long number) {
    return values()[Math.floorMod(number, values().length)];
  }

  /** Whether an agent notices it by the answer alone, and tells it. */
  public boolean shows(String operation) {
    return TOLD.matcher(operation).matches()
        && this != NOT_DONE
        && !(UNKNOWN_TO_AGENT.contains(this) && operation.startsWith(REDIS));
  }

  public boolean told(String log) {
    return notice.matcher(log).find();
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Whether the call reaches no back end. */
  boolean keepsCall() {
    return this == ANOTHER_CALL || this == NOT_DONE;
  }

  /** What is said instead of what the host told, or was observed before. */
  Outcome bent(GrantedCall call, Outcome told) {
    return switch (this) {
      case LATE, TWICE, CUT_OFF, ANOTHER_CALL -> told;
      case ANOTHER_MEMBER -> each(told, r -> r.setMember("nowhere/" + r.getMember()));
      case INVENTED_MEMBER ->
          of(told, reports -> Stream.concat(reports, reports(told).limit(1).map(HostLie::other)));
      case DOUBLED_MEMBER -> of(told, reports -> Stream.concat(reports, reports(told).limit(1)));
      case LESS_MEMBERS -> of(told, reports -> reports.skip(1));
      case ANOTHER_DIGEST -> each(told, r -> r.setDigest(NO_DIGEST));
      case DENIED ->
          each(told, r -> r.setAnswer(Answer.NO).setDigest("").setReason("nothing was done here"));
      case NOT_DONE ->
          each(told, r -> r.setAnswer(Answer.YES).setDigest(digest(call)).setReason(""));
    };
  }

  private static Outcome each(Outcome told, UnaryOperator<MemberReport.Builder> bend) {
    return of(told, reports -> reports.map(r -> bend.apply(r.toBuilder()).build()));
  }

  private static Outcome of(Outcome told, UnaryOperator<Stream<MemberReport>> bend) {
    var done = told.getDone().toBuilder().clearReports();
    bend.apply(reports(told)).forEach(done::addReports);
    return Outcome.newBuilder().setDone(done).build();
  }

  private static Stream<MemberReport> reports(Outcome told) {
    return told.getDone().getReportsList().stream();
  }

  private static MemberReport other(MemberReport report) {
    return report.toBuilder().setMember(report.getMember() + "-too").build();
  }

  private static String digest(GrantedCall call) {
    return List.of(call.getStage(), call.getPrepare(), call.getPublish(), call.getConverge())
        .stream()
        .map(activation -> activation.getSet().getDigest())
        .filter(digest -> !digest.isEmpty())
        .findFirst()
        .orElse("");
  }
}
