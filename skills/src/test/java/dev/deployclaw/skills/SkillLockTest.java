package dev.deployclaw.skills;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.skills.OperatorPolicy.Denial;
import dev.deployclaw.skills.SkillLock.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SkillLockTest {
  @TempDir Path root;

  @Test
  void pinsSurviveTheFile() throws IOException {
    var lock = SkillLock.pin(List.of(skill("allowed-tools: redis.scan")));
    lock.write(root.resolve("skills.lock"));

    var read = SkillLock.read(root.resolve("skills.lock"));

    assertThat(read.problems()).isEmpty();
    assertThat(read.lock()).isEqualTo(lock);
    assertThat(read.lock().check(skill("allowed-tools: redis.scan")))
        .isEqualTo(new Verdict.Pinned());
  }

  @Test
  void refusesAChangedSkillUntilItIsPinnedAgain() throws IOException {
    var before = skill("allowed-tools: redis.scan redis.clock");
    var lock = SkillLock.pin(List.of(before));

    var after = skill("allowed-tools: redis.scan docker.inspect");

    assertThat(lock.check(after))
        .isEqualTo(new Verdict.Changed(List.of("docker.inspect"), List.of("redis.clock")));
    assertThat(SkillLock.pin(List.of(after)).check(after)).isEqualTo(new Verdict.Pinned());
  }

  @Test
  void seesAnyFileOfTheFolder() throws IOException {
    var skill = skill("license: MIT");
    var lock = SkillLock.pin(List.of(skill));

    Files.writeString(skill.folder().resolve("more.md"), "x");

    assertThat(lock.check(skill)).isEqualTo(new Verdict.Changed(List.of(), List.of()));
  }

  @Test
  void knowsWhatWasNeverPinned() {
    assertThat(SkillLock.EMPTY.check(skill("license: MIT"))).isEqualTo(new Verdict.Unpinned());
  }

  @Test
  void namesFileLineAndRemedyOfABrokenLock() throws IOException {
    var file = root.resolve("skills.lock");
    Files.writeString(file, "{\n  \"version\": 1,\n  oops\n}");

    var problems = SkillLock.read(file).problems();

    assertThat(problems.getFirst().text()).contains("skills.lock:3:").contains("run skills lock");
    assertThat(SkillLock.read(root.resolve("none")).problems()).hasSize(1);
  }

  @Test
  void narrowsAndExplains() {
    var tools = AllowedTools.parse("redis.scan Bash(git log) docker.exec").orElseThrow();

    OperatorPolicy operator =
        op ->
            Set.of("redis.scan", "redis.clock").contains(op)
                ? Optional.empty()
                : Optional.of(new Denial("it isn't here", "drop it"));

    var allowance = tools.narrow(operator, List.of("redis.clock"));

    assertThat(allowance.granted()).containsExactly("redis.scan");
    assertThat(allowance.grants("redis.clock")).as("used, not declared").isFalse();
    assertThat(allowance.explain())
        .isEqualTo(
            "declared 3, granted 1: Bash(git log): it isn't here; docker.exec: it isn't here");
    assertThat(AllowedTools.UNSTATED.narrow(operator, List.of("redis.clock", "a.b")).explain())
        .isEqualTo("declares nothing, and its steps use 2, granted 1: a.b: it isn't here");
    assertThat(AllowedTools.parse("Bash(git")).isEmpty();
  }

  private SkillFile skill(String line) {
    var folder = Sheets.write(root, "one", Sheets.sheet("one", line));
    return SkillReader.read(folder).skill().orElseThrow();
  }
}
