package dev.deployclaw.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.store.StoredFields;
import dev.deployclaw.policy.json.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RollbackExclusionsTest {
  private final RollbackExclusions one = new RollbackExclusions(List.of("gateway/two"), "ann");
  private final RollbackExclusions both = one.and(List.of("gateway/three"), "bob");

  @Test
  void keepsWhoLeftOutEachOfThem() {
    assertThat(both.members()).containsExactly("gateway/three", "gateway/two");
    assertThat(both.by()).isEqualTo("bob");
    assertThat(both.by("gateway/two")).isEqualTo("ann");
    assertThat(both.by("gateway/three")).isEqualTo("bob");
    assertThat(both.and(List.of("gateway/two"), "carl").by("gateway/two")).isEqualTo("ann");
  }

  @Test
  void namesEachPersonWithWhomTheyLeftOut() {
    assertThat(one.words()).isEqualTo("without gateway/two, which ann left out");
    assertThat(both.words())
        .isEqualTo(
            "without gateway/two, which ann left out, and gateway/three, which bob left out");
    assertThat(one.and(List.of("gateway/one"), "ann").words())
        .isEqualTo("without gateway/one, gateway/two, which ann left out");
  }

  @Test
  void namesNoMoreThanFiveOfOnePerson() {
    var many = new RollbackExclusions(List.of("a/1", "a/2", "a/3", "a/4", "a/5", "a/6"), "ann");

    assertThat(many.words())
        .isEqualTo("without a/1, a/2, a/3, a/4, a/5 and 1 more, which ann left out");
  }

  /** As every version has written it. */
  @Test
  void ofOnePersonAddsNothingToWhatIsStoredAndRecorded() {
    assertThat(json(one.toMap())).isEqualTo("{\"by\":\"ann\",\"members\":[\"gateway/two\"]}");
    assertThat(one.facts())
        .isEqualTo(Map.of("left_out", List.of("gateway/two"), "left_out_by", "ann"));
    assertThat(stored("{\"by\":\"ann\",\"members\":[\"gateway/two\"]}")).isEqualTo(one);
  }

  /** An earlier version reads the last person's name of all. */
  @Test
  void ofSeveralPersonsSaysBesideItWhoLeftOutWhom() {
    assertThat(json(both.toMap()))
        .isEqualTo(
            "{\"by\":\"bob\",\"each\":{\"gateway/three\":\"bob\",\"gateway/two\":\"ann\"},"
                + "\"members\":[\"gateway/three\",\"gateway/two\"]}");
    assertThat(both.facts())
        .containsEntry("left_out_by", "bob")
        .containsEntry("left_out_each", Map.of("gateway/three", "bob", "gateway/two", "ann"));
    assertThat(stored(json(both.toMap()))).isEqualTo(both);
  }

  private static String json(Map<String, Object> map) {
    return new String(CanonicalJson.bytes(map), StandardCharsets.UTF_8);
  }

  private static RollbackExclusions stored(String json) {
    return RollbackExclusions.of(StoredFields.parse(json.getBytes(StandardCharsets.UTF_8)));
  }
}
