package dev.deployclaw.executors.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.exceptions.JedisDataException;

/** Answers that arrive in pieces of a given size. */
class RespTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 100_000})
  void readsWhatTheWriterWrites(int piece) throws IOException {
    var written = new RespWriter();
    written.command(3);
    written.word("HSET");
    written.word("é");
    written.word("x".repeat(200_000));

    var answers =
        reader(new String(written.bytes(), 0, written.length(), StandardCharsets.UTF_8), piece);

    assertThat(answers.array()).isEqualTo(3);
    int place = answers.taken();
    for (String word : new String[] {"HSET", "é", "xx"}) {
      answers.string();
      assertThat(answers.startsWith(bytes(word))).isTrue();
      assertThat(answers.startsWith(bytes(word + "?"))).isFalse();
      assertThat(answers.standsAt(place, written)).isTrue();
      assertThat(answers.standsAt(place + 1, written)).isFalse();
      place += answers.taken();
    }
    assertThat(place).isEqualTo(written.length());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 100})
  void tellsWhatWasDoneFromWhatWasNot(int piece) throws IOException {
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
        .isInstanceOfAny(EOFException.class, JedisDataException.class);
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
}
