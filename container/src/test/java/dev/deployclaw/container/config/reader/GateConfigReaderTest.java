package dev.deployclaw.container.config.reader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.AgentConfig.GateRule;
import dev.deployclaw.container.config.yaml.ConfigProblem;
import dev.deployclaw.container.config.yaml.ConfigSection;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.core.task.TaskOperation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GateConfigReaderTest {
  private final List<ConfigProblem> problems = new ArrayList<>();

  @Test
  void readsRules() throws Exception {
    var gate =
        read(
            """
            default: hold
            rules:
              - name: small-tunes
                operations: [set-limit, scale-limit]
                requesters: [alice, "ci-*"]
                tenants: ["team-*"]
                services: [search]
                mostTenants: 5
                then: auto
              - {name: bank, tenants: [bank], approvers: [carol]}
            """);

    assertThat(problems).isEmpty();
    assertThat(gate.rules())
        .containsExactly(
            new GateRule(
                "small-tunes",
                true,
                List.of("set-limit", "scale-limit"),
                List.of("alice", "ci-*"),
                List.of("team-*"),
                List.of("search"),
                5,
                List.of()),
            new GateRule(
                "bank",
                false,
                List.of(),
                List.of(),
                List.of("bank"),
                List.of(),
                0,
                List.of("carol")));
  }

  @Test
  void knowsTheOperationsThatCanWait() throws Exception {
    assertThat(GateConfigReader.OPERATIONS)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(TaskOperation.values())
                .filter(TaskOperation::changes)
                .map(TaskOperation::word)
                .toList());
  }

  @Test
  void namesWhatIsWrongWithTheLine() throws Exception {
    read(
        """
        rules:
          - {name: a, operations: [set-limits], tenants: [x]}
          - {name: big-step, tenants: [x]}
          - {name: a, tenants: ["x*y"]}
          - {name: everything, then: auto}
          - {name: b, tenant: [x]}
          - {tenants: [x], then: never}
        """);

    assertThat(problems.stream().map(ConfigProblem::toString))
        .anySatisfy(p -> assertThat(p).contains("rules[0]", "set-limits", "line=2"))
        .anySatisfy(p -> assertThat(p).contains("rules[1]", "big-step", "line=3"))
        .anySatisfy(p -> assertThat(p).contains("rules[2]", "two rules are named a"))
        .anySatisfy(p -> assertThat(p).contains("rules[2]", "x*y", "line=4"))
        .anySatisfy(p -> assertThat(p).contains("rules[3]", "every change", "line=5"))
        .anySatisfy(p -> assertThat(p).contains("rules[4]", "tenant"))
        .anySatisfy(p -> assertThat(p).contains("rules[5].name", "required"))
        .anySatisfy(p -> assertThat(p).contains("rules[5].then", "never"));
  }

  private AgentConfig.Gate read(String yaml) throws InvalidConfigException {
    var node = ConfigReader.compose(Path.of("gate.yaml"), yaml);
    return GateConfigReader.read(
        new ConfigSection("gate", node, new ConfigSection.ReadContext(Map.of(), problems)));
  }
}
