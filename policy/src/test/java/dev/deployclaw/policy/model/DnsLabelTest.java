package dev.deployclaw.policy.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.SeededLoop;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DnsLabelTest {
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final String ALPHABET = "az09-- A.é\n";

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "-", "a-", "-a", "a-b", "a--b", "0", "A", "a.b", "é", "a\n"})
  void spellsLabelsAsTheRfcDoes(String name) {
    assertThat(DnsLabel.isLabel(name)).isEqualTo(LABEL.matcher(name).matches());
  }

  @Test
  void boundsTheirLength() {
    assertThat(DnsLabel.isLabel("a".repeat(63))).isTrue();
    assertThat(DnsLabel.isLabel("a".repeat(64))).isFalse();
  }

  @Test
  void agreesWithTheExpressionOnAnything() {
    SeededLoop.run(
        500,
        (_, random) -> {
          var name = new StringBuilder();
          for (int length = random.nextInt(6); length > 0; length--) {
            name.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
          }
          assertThat(DnsLabel.isLabel(name.toString())).isEqualTo(LABEL.matcher(name).matches());
        });
  }
}
