package dev.deployclaw.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.testkit.SeededLoop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplyParserTest {
  private static final String TEXT =
      "+OK\r\n-ERR no\r\n:-7\r\n$5\r\nhé\r\n\r\n$-1\r\n*-1\r\n*0\r\n*3\r\n:1\r\n*1\r\n$0\r\n\r\n+x\r\n";
  private static final List<Reply> REPLIES =
      List.of(
          new Reply.Text("OK"),
          new Reply.Refused("ERR no"),
          new Reply.Whole(-7),
          new Reply.Text("hé\r\n"),
          new Reply.Nothing(),
          new Reply.Nothing(),
          new Reply.Items(List.of()),
          new Reply.Items(
              List.of(
                  new Reply.Whole(1),
                  new Reply.Items(List.of(new Reply.Text(""))),
                  new Reply.Text("x"))));

  @Test
  void repliesAreTheSameHoweverTheBytesAreCut() {
    byte[] bytes = TEXT.getBytes(StandardCharsets.UTF_8);
    SeededLoop.run(
        200,
        (_, random) -> {
          var parser = new ReplyParser();
          var replies = new ArrayList<Reply>();
          for (int at = 0; at < bytes.length; ) {
            int end = Math.min(bytes.length, at + random.nextInt(1, 9));
            replies.addAll(parser.feed(Arrays.copyOfRange(bytes, at, end)));
            at = end;
          }

          assertThat(replies).isEqualTo(REPLIES);
        });
  }

  @Test
  void anythingElseIsRefused() {
    for (var bad : List.of("HTTP/1.1 200\r\n", "\r\n", ":x\r\n", "$99999999999\r\n")) {
      byte[] bytes = bad.getBytes(StandardCharsets.UTF_8);
      assertThatThrownBy(() -> new ReplyParser().feed(bytes))
          .as(bad)
          .isInstanceOf(ReplyParser.Malformed.class);
    }
  }
}
