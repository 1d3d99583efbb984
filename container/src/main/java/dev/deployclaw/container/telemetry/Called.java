package dev.deployclaw.container.telemetry;

import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
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
record Called(String operation, int step, Instant start, Duration took, Answered answered) {

  /**
   * What it came to.
   *
   * @param status in the words of thoughts
   * @param error the kind of fault; empty where it ran to its end
   * @param yes how many members said so, as the other two
   */
  record Answered(String status, Optional<String> error, long yes, long no, long unknown) {

    static Answered of(Outcome outcome) {
      return switch (outcome) {
        case Outcome.Done(List<Report> reports, var _) -> done(reports);
        case Outcome.Failed(Fault fault) -> failed(fault);
      };
    }

    /** It threw, so that nobody knows what it did. */
    static Answered thrown() {
      return new Answered("UNKNOWN", Optional.of("exception"), 0, 0, 0);
    }

    /** It was given up before it answered. */
    static Answered interrupted() {
      return new Answered("UNKNOWN", Optional.of("interrupted"), 0, 0, 0);
    }

    private static Answered done(List<Report> reports) {
      long no = count(reports, Answer.NO);
      long unknown = count(reports, Answer.UNKNOWN);
      String status = unknown > 0 ? "UNKNOWN" : no > 0 ? "WARNING" : "OK";
      return new Answered(status, Optional.empty(), count(reports, Answer.YES), no, unknown);
    }

    private static Answered failed(Fault fault) {
      String kind =
          switch (fault) {
            case Fault.Denied _ -> "denied";
            case Fault.Ungranted _ -> "ungranted";
            case Fault.Invalid _ -> "invalid";
            case Fault.Unavailable _ -> "unavailable";
            case Fault.Conflict _ -> "conflict";
            case Fault.Unknown _ -> "unknown";
          };
      String status = fault instanceof Fault.Unknown ? "UNKNOWN" : "ERROR";
      return new Answered(status, Optional.of(kind), 0, 0, 0);
    }

    private static long count(List<Report> reports, Answer answer) {
      return reports.stream().filter(r -> r.answer() == answer).count();
    }
  }
}
