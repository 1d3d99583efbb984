package dev.deployclaw.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContractResultTest {
  private static final String PROCESSES = "processes";

  @Test
  void tellsWhatCameOfEachTestAndWhy() throws Exception {
    var result = ContractResult.of(Mixed.class.getName(), "elsewhere");

    assertThat(result.tests())
        .containsEntry("keeps", "passed")
        .containsEntry("waits", "skipped: later")
        .hasEntrySatisfying(
            "needs", t -> assertThat(t).startsWith("skipped: ").contains("no server here"));
    assertThat(result.tests().keySet()).anyMatch(name -> name.startsWith("counts [1]"));
    assertThat(result.tests().get("breaks")).startsWith("failed: ").contains("broken promise");
    assertThat(result.passed()).isEqualTo(2);
    assertThat(result.failures())
        .satisfiesExactly(
            first -> assertThat(first).startsWith("agrees alike failed: "),
            second -> assertThat(second).startsWith("breaks failed: "));
    assertThat(result.isSkippedWithReason()).isFalse();
    assertThat(result.images()).isEmpty();
  }

  @Test
  void theTestsSeeTheSourceAndOnlyThey() throws Exception {
    var before = System.getProperty(ServerSource.PROPERTY);

    var one = ContractResult.of(Mixed.class.getName() + "#keeps", "elsewhere");

    assertThat(one.tests()).isEqualTo(Map.of("keeps", "passed"));
    assertThat(System.getProperty(ServerSource.PROPERTY)).isEqualTo(before);
    assertThat(ContractResult.of(Mixed.class.getName() + "#keeps", PROCESSES).failures())
        .hasSize(1);
  }

  @Test
  void aClassThatCanNotBeginIsSkippedWithItsReason() throws Exception {
    var result = ContractResult.of(Unreachable.class.getName(), PROCESSES);

    assertThat(result.isSkippedWithReason()).isTrue();
    assertThat(result.tests().get("")).contains("no registry is reached");
    assertThat(ContractResult.skipped("no Docker").isSkippedWithReason()).isTrue();
    assertThat(ContractResult.skipped(" ").isSkippedWithReason()).isFalse();
  }

  /** What JUnit finds only where it is asked for. */
  static final class Mixed {
    @Test
    void keeps() {
      assertThat(System.getProperty(ServerSource.PROPERTY)).isEqualTo("elsewhere");
    }

    @Test
    @SuppressWarnings("DoNotCallSuggester") // JUnit calls it
    void breaks() {
      throw new AssertionError("broken promise");
    }

    @Test
    void needs() {
      assumeTrue(false, "no server here");
    }

    @Disabled("later")
    @Test
    void waits() {}

    @ParameterizedTest
    @ValueSource(ints = 3)
    void counts(int number) {
      assertThat(number).isEqualTo(3);
    }

    @ParameterizedTest(name = "alike")
    @ValueSource(ints = {1, 2, 3})
    void agrees(int number) {
      assertThat(number).isNotEqualTo(2);
    }
  }

  static final class Unreachable {
    @BeforeAll
    static void start() {
      assumeTrue(false, "no registry is reached");
    }

    @Test
    void keeps() {}
  }
}
