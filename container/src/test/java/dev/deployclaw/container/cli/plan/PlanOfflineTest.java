package dev.deployclaw.container.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineFixture;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanOfflineTest {
  @TempDir Path folder;
  private CommandLineFixture screen;

  @BeforeEach
  void inventory() {
    screen = new CommandLineFixture(folder);
    screen.write(
        "estate.yaml",
        "tenants: {acme: {tier: gold}, umbrella: {}}\nservices: [checkout, search]\n");
  }

  @Test
  void understandsARequestWithNoBackEnd() {
    int exit = plan("--json", "set umbrella's search limit to 600 per minute, burst 90");

    var plan = screen.json();
    assertThat(exit).isZero();
    assertThat(plan.get("outcome").asText()).isEqualTo("planned");
    assertThat(plan.at("/intent/operation").asText()).isEqualTo("set-limit");
    assertThat(plan.at("/intent/changes/0/tenants/0").asText()).isEqualTo("umbrella");
    assertThat(plan.at("/intent/changes/0/set/requests").asInt()).isEqualTo(600);
    assertThat(plan.get("grounding")).isNotEmpty();
  }

  @Test
  void asksWhatItCanNotKnow() {
    int exit = plan("--json", "set wonka's search limit to 600 per minute");

    assertThat(exit).isEqualTo(3);
    assertThat(screen.json().get("outcome").asText()).isEqualTo("needs-clarification");
    assertThat(screen.json().get("questions")).isNotEmpty();
  }

  @Test
  void refusesWhatIsOutOfScope() {
    int exit = plan("--json", "drop the production database");

    assertThat(exit).isEqualTo(4);
    assertThat(screen.json().get("outcome").asText()).isEqualTo("refused");
    assertThat(screen.json().get("reason").asText()).isNotEmpty();
  }

  @Test
  void anEmptyRequestIsWrongUsage() {
    assertThat(plan("")).isEqualTo(2);
    assertThat(screen.err()).contains("the request is empty; say what to change");
    assertThat(plan(" ", "\t")).isEqualTo(2);
  }

  @Test
  void plansABatchLineByLine() {
    screen.write(
        "requests.jsonl",
        """
        {"id": "a", "request": "block acme"}

        {"id": 2, "request": "sing a song"}
        """);

    int exit = plan("--batch", "requests.jsonl");

    var lines = screen.out().lines().map(CommandLineFixture::json).toList();
    assertThat(exit).isZero();
    assertThat(lines).hasSize(2);
    assertThat(lines.getFirst().get("id").asText()).isEqualTo("a");
    assertThat(lines.getFirst().get("outcome").asText()).isEqualTo("planned");
    assertThat(lines.getLast().get("id").asText()).isEqualTo("2");
    assertThat(lines.getLast().get("outcome").asText()).isNotEqualTo("planned");
  }

  @Test
  void namesTheLineOfABatchThatIsNoRequest() {
    screen.write("requests.jsonl", "{\"id\": \"a\", \"request\": \"block acme\"}\n{\"id\": 1}\n");

    int exit = plan("--batch", "requests.jsonl");

    assertThat(exit).isEqualTo(2);
    assertThat(screen.out()).isEmpty();
    assertThat(screen.err()).contains("requests.jsonl:2 lacks id or request");
  }

  @Test
  void namesAllThatIsWrongWithAnInventory() {
    screen.write("estate.yaml", "tenants: [acme]\nservice: [search]\n");

    int exit = plan("block acme");

    assertThat(exit).isEqualTo(2);
    assertThat(screen.err()).contains("estate.yaml: unknown key service", "estate.yaml: tenants");
  }

  @Test
  void namesTheLineOfAnInventoryThatIsNotYaml() {
    screen.write("estate.yaml", "tenants: {acme: {}}\nservices: [a\n");

    int exit = plan("block acme");

    assertThat(exit).isEqualTo(2);
    assertThat(screen.err()).contains("estate.yaml is not YAML", "line");
  }

  @Test
  void wantsEitherARequestOrABatch() {
    assertThat(plan()).isEqualTo(2);
    assertThat(screen.err()).contains("give a REQUEST, or --batch FILE", "deployclaw plan --help");
    assertThat(plan("--batch", "requests.jsonl", "block acme")).isEqualTo(2);
  }

  private int plan(String... words) {
    var all = new String[words.length + 3];
    all[0] = "plan";
    all[1] = "--inventory";
    all[2] = "estate.yaml";
    System.arraycopy(words, 0, all, 3, words.length);
    return screen.run(all);
  }
}
