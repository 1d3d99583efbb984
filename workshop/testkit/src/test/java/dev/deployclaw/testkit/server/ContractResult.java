package dev.deployclaw.testkit.server;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * What came of the tests of a contract with servers of one source.
 *
 * @param tests by name: {@link #PASSED}, or what failed or was skipped, and why; of some of the
 *     same name the worst
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

  /** Runs a class, or {@code a.NameTest#method}, by JUnit within the test that asks. */
  public static ContractResult of(String test, String source) throws InterruptedException {
    var selector =
        test.contains("#")
            ? DiscoverySelectors.selectMethod(test)
            : DiscoverySelectors.selectClass(test);
    var request = LauncherDiscoveryRequestBuilder.request().selectors(selector).build();
    if (!source.equals(ServerSource.CONTAINERS)) {
      return new ContractResult(run(request, source), Collections.emptySortedSet());
    }
    try (var started = StartedImages.listen()) {
      return new ContractResult(run(request, source), started.all());
    }
  }

  private static SortedMap<String, String> run(LauncherDiscoveryRequest request, String source) {
    var listener = new TestResultListener(new TreeMap<>());
    var before = System.getProperty(ServerSource.PROPERTY);
    System.setProperty(ServerSource.PROPERTY, source);
    try {
      LauncherFactory.create().execute(request, listener);
      return listener.tests();
    } finally {
      if (before == null) {
        System.clearProperty(ServerSource.PROPERTY);
      } else {
        System.setProperty(ServerSource.PROPERTY, before);
      }
    }
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

  /** Of JUnit, which calls it from its own thread alone. */
  private record TestResultListener(SortedMap<String, String> tests)
      implements TestExecutionListener {
    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
      add(test, SKIPPED + reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      var why = result.getThrowable().map(TestResultListener::line).orElse("");
      switch (result.getStatus()) {
        case SUCCESSFUL -> {
          if (test.isTest()) {
            add(test, PASSED);
          }
        }
        case ABORTED -> add(test, SKIPPED + why);
        case FAILED -> add(test, FAILED + why);
      }
    }

    private void add(TestIdentifier test, String result) {
      tests.merge(name(test), result, (one, other) -> rank(other) > rank(one) ? other : one);
    }

    private static int rank(String result) {
      return result.startsWith(FAILED) ? 2 : result.startsWith(SKIPPED) ? 1 : 0;
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
