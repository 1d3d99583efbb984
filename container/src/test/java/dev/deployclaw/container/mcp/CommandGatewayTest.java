package dev.deployclaw.container.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.container.http.exchange.RefusedCallException;
import dev.deployclaw.container.intake.TaskSubmission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CommandGatewayTest {
  private final List<List<String>> commands = new ArrayList<>();
  private final CommandGateway gateway =
      new CommandGateway((_, words) -> {
        commands.add(words);
        String id = "\"execution_id\": \"e-" + commands.size() + "\"";
        return new CommandCaller.Ended(0, "{" + id + ", \"result\": \"COMPLETED\"}", "");
      });

  @Test
  void aRepeatedKeyFindsTheExecutionOfTheFirstCall() throws Exception {
    carryOut("double acme", Optional.of("k1"));
    carryOut("double acme", Optional.of("k1"));

    assertThat(commands).hasSize(2);
    assertThat(commands.getFirst()).startsWith("run");
    assertThat(commands.getLast()).startsWith("log").endsWith("e-1");
  }

  @Test
  void anotherTaskWithItsKeyIsRefused() throws Exception {
    carryOut("double acme", Optional.of("k1"));

    assertThatThrownBy(() -> carryOut("double globex", Optional.of("k1")))
        .isInstanceOf(RefusedCallException.class);
    assertThat(commands).hasSize(1);
  }

  @Test
  void withoutAKeyEachCallIsATask() throws Exception {
    carryOut("double acme", Optional.empty());
    carryOut("double acme", Optional.empty());

    assertThat(commands).hasSize(2).allMatch(command -> command.getFirst().equals("run"));
  }

  private void carryOut(String text, Optional<String> key) throws InterruptedException {
    gateway.carryOut(
        TaskSubmission.task(text, "olivia", false, key), TaskWait.of(5, () -> true, _ -> {}));
  }
}
