package dev.deployclaw.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.testkit.SeededLoop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RespReplyParserTest {
  private static final String TEXT =
      "+OK\r\n-ERR no\r\n:-7\r\n$5\r\nhé\r\n\r\n$-1\r\n*-1\r\n*0\r\n*3\r\n:1\r\n*1\r\n$0\r\n\r\n+x\r\n";
  private static final List<RespReply> REPLIES =
      List.of(
          new RespReply.Text("OK"),
          new RespReply.Refused("ERR no"),
          new RespReply.Whole(-7),
          new RespReply.Text("hé\r\n"),
          new RespReply.Nothing(),
          new RespReply.Nothing(),
          new RespReply.Items(List.of()),
          new RespReply.Items(
              List.of(
                  new RespReply.Whole(1),
                  new RespReply.Items(List.of(new RespReply.Text(""))),
                  new RespReply.Text("x"))));

  @Test
  void repliesAreTheSameHoweverTheBytesAreCut() {
    byte[] bytes = TEXT.getBytes(StandardCharsets.UTF_8);
    SeededLoop.run(
        200,
        (_, random) -> {
          var parser = new RespReplyParser();
          var replies = new ArrayList<RespReply>();
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
      assertThatThrownBy(() -> new RespReplyParser().feed(bytes))
          .as(bad)
          .isInstanceOf(RespReplyParser.Malformed.class);
    }
  }
}
