package dev.deployclaw.testkit.server;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.EventType;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * What came of the tests of a contract with servers of one source.
 *
 * @param tests by name: {@link #PASSED}, or what failed or was skipped, and why
 * @param images which ran in containers meanwhile, as Docker's own events say
 */
public record ContractResult(SortedMap<String, String> tests, SortedSet<String> images) {
  public static final String PASSED = "passed";

  private static final String FAILED = "failed: ";
  private static final String SKIPPED = "skipped: ";

  /** None of its tests ran. */
  public static ContractResult skipped(String why) {
    var all = new TreeMap<String, String>();
    all.put("", SKIPPED + why);
    return new ContractResult(all, Collections.emptySortedSet());
  }

  /**
   * Runs them by JUnit, within the test that asks.
   *
   * @param test the name of a class, or of one of its methods: {@code a.NameTest#method}
   * @param source of {@link ServerSource#PROPERTY}
   */
  public static ContractResult of(String test, String source) throws InterruptedException {
    var selector =
        test.contains("#")
            ? DiscoverySelectors.selectMethod(test)
            : DiscoverySelectors.selectClass(test);
    var request = LauncherDiscoveryRequestBuilder.request().selectors(selector).build();
    var listener = new TestResultListener(new TreeMap<>());
    var before = System.getProperty(ServerSource.PROPERTY);
    var begin = Instant.now();
    System.setProperty(ServerSource.PROPERTY, source);
    try {
      LauncherFactory.create().execute(request, listener);
    } finally {
      if (before == null) {
        System.clearProperty(ServerSource.PROPERTY);
      } else {
        System.setProperty(ServerSource.PROPERTY, before);
      }
    }
    boolean inContainers = source.equals(ServerSource.CONTAINERS);
    return new ContractResult(
        listener.tests(), inContainers ? started(begin) : Collections.emptySortedSet());
  }

  public long passed() {
    return tests.values().stream().filter(PASSED::equals).count();
  }

  public List<String> failures() {
    return tests.entrySet().stream()
        .filter(e -> e.getValue().startsWith(FAILED))
        .map(e -> e.getKey() + " " + e.getValue())
        .toList();
  }

  /** Whether nothing ran, and each time it was told why. */
  public boolean isSkippedWithReason() {
    return !tests.isEmpty()
        && tests.values().stream().allMatch(t -> t.matches("(?s)" + SKIPPED + ".*\\S.*"));
  }

  private static SortedSet<String> started(Instant since) throws InterruptedException {
    var images = new ConcurrentSkipListSet<String>();
    var each =
        new ResultCallback.Adapter<Event>() {
          @Override
          public void onNext(Event event) {
            var actor = Objects.requireNonNull(event.getActor());
            images.add(Objects.requireNonNull(actor.getAttributes()).getOrDefault("image", ""));
          }
        };
    SharedDocker.daemon()
        .client()
        .eventsCmd()
        .withSince(Long.toString(since.getEpochSecond()))
        .withUntil(Long.toString(Instant.now().getEpochSecond() + 1))
        .withEventTypeFilter(EventType.CONTAINER)
        .withEventFilter("start")
        .exec(each)
        .awaitCompletion();
    return images;
  }

  /** Of JUnit, which calls it from its own thread alone. */
  private record TestResultListener(SortedMap<String, String> tests)
      implements TestExecutionListener {
    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
      tests.put(name(test), SKIPPED + reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      var why = result.getThrowable().map(TestResultListener::line).orElse("");
      switch (result.getStatus()) {
        case SUCCESSFUL -> {
          if (test.isTest()) {
            tests.put(name(test), PASSED);
          }
        }
        case ABORTED -> tests.put(name(test), SKIPPED + why);
        case FAILED -> tests.put(name(test), FAILED + why);
      }
    }

    private static String line(Throwable thrown) {
      return thrown.toString().replaceFirst("^.*Assumption failed: ", "").replaceAll("\\s+", " ");
    }

    /** The method's, with the arguments of one that has some; of a whole class none. */
    private static String name(TestIdentifier test) {
      return test.getSource()
          .filter(MethodSource.class::isInstance)
          .map(source -> ((MethodSource) source).getMethodName())
          .map(method ->
              test.getDisplayName().startsWith(method)
                  ? method
                  : method + " " + test.getDisplayName())
          .orElse("");
    }
  }
}
