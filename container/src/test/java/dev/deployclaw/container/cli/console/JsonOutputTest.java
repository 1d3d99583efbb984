package dev.deployclaw.container.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.reconstruction.LogReconstruction;
import dev.deployclaw.container.config.yaml.ConfigProblem;
import dev.deployclaw.container.doctor.Diagnosis;
import dev.deployclaw.core.log.StreamCopy;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.policy.imports.ImportedRule;
import dev.deployclaw.skills.sheet.SkillDiagnostic;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Records in documents keep their keys, and the order of them: scripts read both. */
class JsonOutputTest {
  @Test
  void writesRecordsWithTheKeysThatTheyAlwaysHad() {
    says(
        new StreamCopy.Stuck("x", 7, "too large", "raise the bound"),
        "{\"execution\":\"x\",\"seq\":7,\"why\":\"too large\",\"remedy\":\"raise the bound\"}");
    says(
        new CommittedEpoch.Candidate(5, "d5", "y", 500),
        "{\"epoch\":5,\"digest\":\"d5\",\"change\":\"y\",\"cohort\":500}");
    says(
        new ConfigProblem("redis.url", 3, "is unknown", ""),
        "{\"path\":\"redis.url\",\"line\":3,\"what\":\"is unknown\",\"remedy\":\"\"}");
    says(
        new SkillDiagnostic(
            SkillDiagnostic.Severity.VIOLATION, Path.of("/a b/SKILL.md"), 2, "long", "cut it"),
        "{\"severity\":\"violation\",\"file\":\"/a b/SKILL.md\",\"line\":2,\"message\":\"long\","
            + "\"remedy\":\"cut it\"}");
    says(new LogReconstruction.Range(3, 9), "{\"from\":3,\"to\":9}");
    says(
        new ImportedRule(
            "a:1", "b", ImportedRule.Exactness.NOT_CARRIED, "acme/rps", List.of("window")),
        "{\"place\":\"a:1\",\"rule\":\"b\",\"carried\":\"not carried\",\"into\":\"acme/rps\","
            + "\"differs\":[\"window\"]}");
  }

  @Test
  void leavesOutTheRemedyOfWhatNeedsNone() {
    says(
        new Diagnosis("etcd", Diagnosis.Level.OK, "3 members", ""),
        "{\"about\":\"etcd\",\"level\":\"ok\",\"found\":\"3 members\"}");
    says(
        new Diagnosis("etcd", Diagnosis.Level.UNREACHABLE, "no answer", "start it"),
        "{\"about\":\"etcd\",\"level\":\"unreachable\",\"found\":\"no answer\","
            + "\"remedy\":\"start it\"}");
  }

  private static void says(Record one, String json) {
    assertThat(JsonOutput.line(Map.of("one", List.of(one)))).isEqualTo("{\"one\":[" + json + "]}");
  }
}
