package dev.deployclaw.executors.redis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.text.Utf8Buffer;
import dev.deployclaw.testkit.redis.RedisNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BulkPipelineTest {
  @TempDir Path folder;

  @Test
  void sendsOneWindowAheadAndNoMore() throws InterruptedException {
    var told = new Told(3, 1);

    run(told, 5);

    assertThat(String.join(" ", told.events))
        .isEqualTo("ask0 ask1 answer0 ask2 answer1 ask3 answer2 ask4 answer3 answer4");
  }

  @Test
  void doesNotLockUpWhereMoreIsUnderWayThanSocketsHold() throws InterruptedException {
    var told = new Told(16, 1 << 20);

    run(told, 5);

    assertThat(told.events).hasSize(10);
  }

  private void run(Told told, int windows) throws InterruptedException {
    try (var redis = RedisNode.start(folder);
        var link =
            new ReconnectingConnection(
                NodeAddress.parse(redis.address().toString()),
                RedisSettings.of(List.of("" + redis.address())))) {
      List<Integer> all = IntStream.range(0, windows).boxed().toList();
      link.call(c -> {
        BulkPipeline.run(c, all, told);
        return NodeCommands.text(c, "PING");
      });
    }
  }

  /** Sends texts that come back, and remembers in which order it was asked. */
  private static final class Told implements BulkPipeline.Exchange<Integer> {
    private final List<String> events = new ArrayList<>();
    private final int commands;
    private final Utf8Buffer echo = new Utf8Buffer().add("ECHO");
    private final Utf8Buffer text;

    Told(int commands, int size) {
      this.commands = commands;
      this.text = new Utf8Buffer().add("x".repeat(size));
    }

    @Override
    public void ask(Integer window, RespWriter writer) {
      events.add("ask" + window);
      for (int i = 0; i < commands; i++) {
        writer.command(2);
        writer.word(echo);
        writer.word(text);
      }
    }

    @Override
    public void answer(Integer window, RespReader answers) {
      events.add("answer" + window);
      for (int i = 0; i < commands; i++) {
        answers.string();
        assertThat(answers.is(text.bytes(), 0, text.length())).isTrue();
      }
    }
  }
}
