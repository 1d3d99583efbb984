package dev.deployclaw.container.telemetry;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One call of an executor, as far as it is told: neither its arguments nor what it found.
 *
 * @param operation its full name, such as {@code redis.stage}
 * @param step of the execution that it was made for; 0 for none
 */
record ExecutorCallRecord(
    String operation, int step, Instant start, Duration took, CallResult answered) {

  /**
   * What it came to.
   *
   * @param status in the words of thoughts
   * @param error the kind of fault; empty where it ran to its end
   * @param yes how many members said so, as the other two
   */
  record CallResult(String status, Optional<String> error, long yes, long no, long unknown) {

    static CallResult of(CallOutcome outcome) {
      return switch (outcome) {
        case CallOutcome.Done(List<MemberReport> reports, var _) -> done(reports);
        case CallOutcome.Failed(CallFault fault) -> failed(fault);
      };
    }

    /** It threw, so that nobody knows what it did. */
    static CallResult thrown() {
      return new CallResult("UNKNOWN", Optional.of("exception"), 0, 0, 0);
    }

    /** It was given up before it answered. */
    static CallResult interrupted() {
      return new CallResult("UNKNOWN", Optional.of("interrupted"), 0, 0, 0);
    }

    private static CallResult done(List<MemberReport> reports) {
      long no = count(reports, Answer.NO);
      long unknown = count(reports, Answer.UNKNOWN);
      String status = unknown > 0 ? "UNKNOWN" : no > 0 ? "WARNING" : "OK";
      return new CallResult(status, Optional.empty(), count(reports, Answer.YES), no, unknown);
    }

    private static CallResult failed(CallFault fault) {
      String status = fault instanceof CallFault.Unknown ? "UNKNOWN" : "ERROR";
      return new CallResult(status, Optional.of(fault.word()), 0, 0, 0);
    }

    private static long count(List<MemberReport> reports, Answer answer) {
      return reports.stream().filter(r -> r.answer() == answer).count();
    }
  }
}
