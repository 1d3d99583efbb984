package dev.deployclaw.executors.member;

import dev.deployclaw.core.spi.MemberReport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks many members at once, a bounded number at a time, each on a virtual thread of its own. A
 * member that fails or takes too long is reported unknown; the others aren't held up by it.
 *
 * @param what names the threads
 * @param atOnce how many are asked at the same time
 * @param within for all of them together
 */
public record BoundedFanout(String what, int atOnce, Duration within) {
  /** The part of a call's deadline that its members get: the rest is for the answer. */
  private static final long TENTHS = 9;

  /** For a call that must end by its deadline. */
  public static BoundedFanout by(Duration deadline, String what, int atOnce) {
    return new BoundedFanout(what, atOnce, deadline.multipliedBy(TENTHS).dividedBy(10));
  }

  /** One member of a back end, to be asked. */
  public interface Member {
    /** As in its report. */
    String member();
  }

  /** Asks one member. */
  @FunctionalInterface
  public interface Question<M extends Member> {
    MemberReport ask(M member) throws IOException, InterruptedException;
  }

  /** The reports, in the order of the members. */
  public <M extends Member> List<MemberReport> ask(List<M> members, Question<M> question)
      throws InterruptedException {
    long end = System.nanoTime() + within.toNanos();
    var places = new Semaphore(atOnce);
    var named = Thread.ofVirtual().name(what + "-", 0).factory();
    try (var threads = Executors.newThreadPerTaskExecutor(named)) {
      var asked = new ArrayList<Future<MemberReport>>();
      for (M member : members) {
        asked.add(threads.submit(() -> inTurn(places, member, question)));
      }
      var reports = new ArrayList<MemberReport>();
      for (int i = 0; i < asked.size(); i++) {
        reports.add(answer(members.get(i), asked.get(i), end - System.nanoTime()));
      }
      return reports;
    }
  }

  private static <M extends Member> MemberReport inTurn(
      Semaphore places, M member, Question<M> question) throws InterruptedException {
    places.acquire();
    try {
      return question.ask(member);
    } catch (IOException e) {
      return MemberReport.unknown(member.member(), describe(e));
    } finally {
      places.release();
    }
  }

  private static MemberReport answer(Member member, Future<MemberReport> asked, long nanos)
      throws InterruptedException {
    try {
      return asked.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      asked.cancel(true);
      return MemberReport.unknown(member.member(), "did not answer by the deadline");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof InterruptedException) {
        return MemberReport.unknown(member.member(), "was interrupted");
      }
      throw new IllegalStateException("asking " + member.member(), e.getCause());
    } catch (InterruptedException e) {
      asked.cancel(true);
      throw e;
    }
  }

  /** What went wrong, for people: many exceptions have only a type that says it. */
  public static String describe(IOException e) {
    String message = e.getMessage();
    return message == null || message.isBlank()
        ? e.getClass().getSimpleName()
        : e.getClass().getSimpleName() + ": " + message;
  }
}
