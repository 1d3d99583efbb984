package dev.deployclaw.policy.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.policy.redis.ReleaseCall.Place;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReleaseCallTest {
  private static final Place OWN = new Place("dc:{g}:c:acme:all:", "1/0f:3");
  private static final Place GROUPS = new Place("dc:{g}:c:g:all:client=10.0.0.1", "2/0f:3");

  @Test
  void isReadBackFromItsText() {
    var call = new ReleaseCall(List.of(OWN, GROUPS));

    assertThat(ReleaseCall.read(call.text())).contains(call);
    assertThat(call.text()).matches("[A-Za-z0-9_-]+");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "dc:{g}:c:acme:all:",
        "dc:{g}:policy:acme 1/0f:3",
        "dc:fence:{1} 1/0f:3",
        "dc:{g}:c:acme:all: #",
        "dc:{g}:c:acme:all: ~tb 1 1 1 1 1",
        "dc:{g}:c:acme:all: 1/0f:3\n",
        "dc:{g}:c:acme:all: 1/0f:3\ndc:{other}:c:a:b: 1/0f:3",
      })
  void readsNothingThatIsNoPlace(String plain) {
    String text = Base64.getUrlEncoder().encodeToString(plain.getBytes(StandardCharsets.UTF_8));

    assertThat(ReleaseCall.read(text)).isEmpty();
  }

  @Test
  void readsNothingThatIsNotWrittenByUs() {
    assertThat(ReleaseCall.read("not base64!")).isEmpty();
    assertThat(ReleaseCall.read("A".repeat(20_000))).isEmpty();
    assertThatThrownBy(() -> new ReleaseCall(List.of())).hasMessageContaining("no places");
  }
}
