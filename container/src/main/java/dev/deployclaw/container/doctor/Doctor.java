package dev.deployclaw.container.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Examines all parts at once, bounded, and tells them in order. */
public record Doctor(List<DoctorCheck> checkups) {
  private static final Duration LONGEST = Duration.ofSeconds(30);

  public Doctor {
    checkups = List.copyOf(checkups);
  }

  /** Any thread; returns after half a minute at the latest. */
  public List<Diagnosis> examine() throws InterruptedException {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var asked = new ArrayList<Future<List<Diagnosis>>>();
      checkups.forEach(c -> asked.add(threads.submit(c.examination()::get)));
      long until = System.nanoTime() + LONGEST.toNanos();
      var found = new ArrayList<Diagnosis>();
      for (int i = 0; i < checkups.size(); i++) {
        found.addAll(answer(checkups.get(i).about(), asked.get(i), until));
      }
      threads.shutdownNow();
      return found;
    }
  }

  private static List<Diagnosis> answer(String about, Future<List<Diagnosis>> asked, long until)
      throws InterruptedException {
    try {
      return asked.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      asked.cancel(true);
      var silent = new DiagnosisCollector(about);
      silent.unreachable("no answer within " + LONGEST.toSeconds() + " s");
      return silent.all();
    } catch (ExecutionException e) {
      throw new IllegalStateException("examining " + about + " failed", e.getCause());
    }
  }
}
