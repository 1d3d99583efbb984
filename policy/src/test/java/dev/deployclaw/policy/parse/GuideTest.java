package dev.deployclaw.policy.parse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every document that the guide shows is one. */
class GuideTest {
  private static final Pattern YAML =
      Pattern.compile("```yaml\n(apiVersion:.*?)```", Pattern.DOTALL);

  @Test
  void theGuidesDocumentsAreReadWithoutAProblem() throws Exception {
    String guide = Files.readString(Path.of("..", "docs", "concepts", "policies.md"));
    List<LimitAlgorithm> shown = new ArrayList<>();

    for (var block = YAML.matcher(guide); block.find(); ) {
      var parsed = PolicyDocumentReader.parse("policies.md", block.group(1));

      assertThat(parsed.problems()).isEmpty();
      parsed.policy().orElseThrow().limits().stream().map(Limit::algorithm).forEach(shown::add);
    }

    assertThat(shown).contains(LimitAlgorithm.values());
  }
}
