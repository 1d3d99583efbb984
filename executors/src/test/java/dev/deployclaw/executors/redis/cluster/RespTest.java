package dev.deployclaw.executors.redis.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.policy.text.Utf8Buffer;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/** Answers that arrive in pieces of a given size. */
class RespTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 100_000})
  void readsWhatTheWriterWrites(int piece) {
    var written = new RespWriter();
    written.command(3);
    var words = List.of("HSET", "é", "x".repeat(200_000));
    words.forEach(word -> written.word(new Utf8Buffer().add(word)));

    var answers =
        reader(new String(written.bytes(), 0, written.length(), StandardCharsets.UTF_8), piece);

    assertThat(answers.array()).isEqualTo(3);
    for (String word : words) {
      answers.string();
      assertThat(is(answers, new Utf8Buffer().add(word))).isTrue();
      assertThat(is(answers, new Utf8Buffer().add(word + "?"))).isFalse();
      assertThat(answers.startsWith(bytes(word.substring(0, 1)))).isTrue();
      assertThat(answers.startsWith(bytes(word + "?"))).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 100})
  void tellsWhatWasDoneFromWhatWasNot(int piece) {
    var answers = reader(":12\r\n+OK\r\n-OOM no memory\r\n$1\r\n1\r\n", piece);

    answers.done();
    answers.done();
    assertThatThrownBy(answers::done)
        .isInstanceOf(JedisDataException.class)
        .hasMessage("OOM no memory");
    assertThatThrownBy(answers::done).hasMessage("an unexpected answer: $1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*", "$5\r\nab", "$-1\r\n", "$999999999\r\n", ":1\r\n"})
  void refusesWhatIsNoString(String answer) {
    var answers = reader(answer, 100);

    assertThatThrownBy(answers::string)
        .isInstanceOfAny(JedisConnectionException.class, JedisDataException.class);
  }

  private static RespReader reader(String answers, int piece) {
    InputStream slow =
        new ByteArrayInputStream(bytes(answers)) {
          @Override
          public synchronized int read(byte[] to, int from, int length) {
            return super.read(to, from, Math.min(piece, length));
          }
        };
    return new RespReader(slow);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static boolean is(RespReader reader, Utf8Buffer text) {
    return reader.is(text.bytes(), 0, text.length());
  }
}
