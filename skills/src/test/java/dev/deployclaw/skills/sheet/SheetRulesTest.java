package dev.deployclaw.skills.sheet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.skills.SkillValidator;
import dev.deployclaw.skills.sheet.SheetRuleCases.Rule;
import dev.deployclaw.skills.sheet.SkillDiagnostic.Severity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules one by one; the reference page has the same table. */
class SheetRulesTest {
  private static final Path REFERENCE = Path.of("../docs/reference/skill-rules.md");
  private static final Pattern ROW = Pattern.compile("(?m)^`([a-z0-9-]+)` \\| (\\w+) \\|");

  @TempDir Path broken;
  @TempDir Path near;

  static List<Rule> rules() {
    return SheetRuleCases.all();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void reportsWhatBreaksItAndNotWhatComesNear(Rule rule) {
    var found = SkillValidator.problems(rule.broken().apply(broken));
    var missed = SkillValidator.problems(rule.near().apply(near));

    assertThat(found)
        .as("%s", found)
        .anyMatch(d -> d.message().contains(rule.message()) && d.severity() == rule.severity())
        .allSatisfy(d -> assertThat(d.remedy()).isNotBlank());
    assertThat(SkillDiagnostic.valid(found)).isEqualTo(rule.severity() == Severity.WARNING);
    assertThat(missed).as("%s", missed).noneMatch(d -> d.message().contains(rule.message()));
  }

  @Test
  void theReferenceHasARowForEachRuleAndNoOther() throws Exception {
    var rows =
        ROW.matcher(Files.readString(REFERENCE))
            .results()
            .map((MatchResult r) -> r.group(1) + " " + r.group(2))
            .toList();

    assertThat(rows)
        .containsExactlyElementsOf(
            rules().stream()
                .map(r -> r.id() + " " + r.severity().name().toLowerCase(Locale.ROOT))
                .toList());
  }
}
