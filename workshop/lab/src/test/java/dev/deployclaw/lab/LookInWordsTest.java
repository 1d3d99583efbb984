package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A question about the estate is answered on the terminal, for those whom it names. */
class LookInWordsTest extends SharedLabCases {
  @Test
  void listsTheLimitsOfOneTenant() {
    var ran = estate.run("run", "list the limits of globex");

    assertThat(ran.exit()).as(ran.err()).isZero();
    assertThat(ran.out()).contains("globex/orders: token-bucket, ").doesNotContain("umbrella/");
  }

  @Test
  void saysWhetherThereIsDrift() {
    var ran = estate.run("run", "any drift?");

    assertThat(ran.exit()).as(ran.err()).isZero();
    assertThat(ran.out()).contains("enforced is what is committed, epoch ");
  }

  @Test
  void validatesOneTenant() {
    var ran = estate.run("run", "validate umbrella");

    assertThat(ran.exit()).as(ran.err()).isZero();
    assertThat(ran.out()).contains("umbrella/search: ", "probe", "nothing is wrong");
  }

  @Test
  void theLogHasWhatWasFound() {
    var ran = estate.run("run", "--json", "scan globex");

    var limits = ran.json().findValue("limits");
    assertThat(limits).isNotEmpty();
    assertThat(limits.get(0).asText()).startsWith("globex/");
  }
}
