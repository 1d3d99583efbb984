package dev.deployclaw.skills;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.skills.SkillLock.Verdict;
import dev.deployclaw.skills.sheet.AllowedTools;
import dev.deployclaw.skills.sheet.OperatorPolicy;
import dev.deployclaw.skills.sheet.OperatorPolicy.Denial;
import dev.deployclaw.skills.sheet.SkillFile;
import dev.deployclaw.skills.sheet.SkillReader;
import dev.deployclaw.skills.sheet.SkillSheetFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SkillLockTest {
  @TempDir Path root;

  @Test
  void pinsSurviveTheFile() throws IOException {
    var lock = pin(skill("allowed-tools: redis.scan"));
    lock.write(root.resolve("skills.lock"));

    var read = SkillLock.read(root.resolve("skills.lock"));

    assertThat(read.problems()).isEmpty();
    assertThat(read.lock()).isEqualTo(lock);
    assertThat(read.lock().check(skill("allowed-tools: redis.scan")))
        .isInstanceOf(Verdict.Pinned.class);
  }

  @Test
  void refusesAChangedSkillUntilItIsPinnedAgain() throws IOException {
    var before = skill("allowed-tools: redis.scan redis.clock");
    var lock = pin(before);

    var after = skill("allowed-tools: redis.scan docker.inspect");

    var pin = one(lock);
    var found = one(pin(after)).sha256();
    assertThat(lock.check(after)).isEqualTo(new Verdict.Changed(pin, found));
    assertThat(pin.declared(after).text()).isEqualTo("gained [docker.inspect], lost [redis.clock]");
    assertThat(pin(after).check(after)).isInstanceOf(Verdict.Pinned.class);
    assertThat(pin(after).check(before)).as("read before").isInstanceOf(Verdict.PinnedSince.class);
  }

  @Test
  void keepsWhatWasGrantedBesideWhatWasDeclared() throws IOException {
    var skill = skill("allowed-tools: statuspage.incidents redis.scan");

    var pin = one(SkillLock.pin(List.of(skill), only("redis.scan")));

    assertThat(pin.capabilities()).containsExactly("redis.scan", "statuspage.incidents");
    assertThat(pin.granted()).contains(List.of("redis.scan"));
    assertThat(pin.granted(List.of("statuspage.incidents")).orElseThrow().text())
        .isEqualTo("gained [statuspage.incidents], lost [redis.scan]");
  }

  @Test
  void readsALockFileThatDoesNotSayWhatWasGranted() throws IOException {
    var skill = skill("allowed-tools: redis.scan");
    String sha256 = one(pin(skill)).sha256();
    var file = root.resolve("skills.lock");
    Files.writeString(
        file,
        """
        {"version": 1, "skills": {"one": {"capabilities":["redis.scan"],"sha256":"%s"}}}
        """
            .formatted(sha256));

    var lock = SkillLock.read(file).lock();

    assertThat(lock.check(skill)).isInstanceOf(Verdict.Pinned.class);
    assertThat(one(lock).granted(List.of("redis.scan"))).isEmpty();
  }

  @Test
  void seesAnyFileOfTheFolder() throws IOException {
    var skill = skill("license: MIT");
    var lock = pin(skill);

    Files.writeString(skill.folder().resolve("more.md"), "x");

    assertThat(lock.check(skill)).isInstanceOf(Verdict.Changed.class);
  }

  @Test
  void hashesNothingThatItWouldNotReadToTheEnd() throws IOException {
    var skill = skill("license: MIT");
    var lock = pin(skill);

    Files.createDirectories(skill.folder().resolve("1/2/3/4/5/6/7/8"));

    assertThat(lock.check(skill))
        .isEqualTo(new Verdict.Unreadable("the folder has subfolders more than 7 levels deep"));
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
  void readsNoLockFileWithoutEnd() throws IOException {
    var file = root.resolve("skills.lock");
    Files.write(file, new byte[5 << 20]);

    assertThat(SkillLock.read(file).problems().getFirst().text()).contains("larger than 4 MiB");
  }

  @Test
  void narrowsAndExplains() {
    var tools = AllowedTools.parse("redis.scan Bash(git log) docker.exec").orElseThrow();

    var operator = only("redis.scan", "redis.clock");

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

  private static OperatorPolicy only(String... operations) {
    return op ->
        Set.of(operations).contains(op)
            ? Optional.empty()
            : Optional.of(new Denial("it isn't here", "drop it"));
  }

  private static SkillLock.Pin one(SkillLock lock) {
    return Objects.requireNonNull(lock.pins().get("one"));
  }

  private static SkillLock pin(SkillFile skill) throws IOException {
    return SkillLock.pin(List.of(skill), OperatorPolicy.OPEN);
  }

  private SkillFile skill(String line) {
    var folder = SkillSheetFiles.write(root, "one", SkillSheetFiles.sheet("one", line));
    return SkillReader.read(folder).skill().orElseThrow();
  }
}
