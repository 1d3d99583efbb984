package dev.deployclaw.executors.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.Fault;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

class RedisFaultsTest {
  static Stream<Arguments> errors() {
    var suppressed = new JedisConnectionException("no address");
    suppressed.addSuppressed(new ConnectException("refused"));
    return Stream.of(
        Arguments.of(
            new JedisConnectionException(new ConnectException("refused")), Fault.Unavailable.class),
        Arguments.of(suppressed, Fault.Unavailable.class),
        Arguments.of(
            new JedisConnectionException(new SocketTimeoutException("read")), Fault.Unknown.class),
        Arguments.of(new JedisConnectionException("Unexpected end of stream"), Fault.Unknown.class),
        Arguments.of(new JedisAccessControlException("WRONGPASS no"), Fault.Denied.class),
        Arguments.of(new JedisDataException("NOAUTH first"), Fault.Denied.class),
        Arguments.of(new JedisDataException("NOPERM no"), Fault.Denied.class),
        Arguments.of(new JedisDataException("MOVED 1 host:2"), Fault.Unavailable.class),
        Arguments.of(new JedisDataException("CLUSTERDOWN x"), Fault.Unavailable.class),
        Arguments.of(new JedisDataException("LOADING x"), Fault.Unavailable.class),
        Arguments.of(new JedisDataException("OOM x"), Fault.Unavailable.class),
        Arguments.of(new JedisDataException("READONLY x"), Fault.Unavailable.class),
        Arguments.of(new JedisDataException("ERR unknown command"), Fault.Invalid.class),
        Arguments.of(new JedisDataException("WRONGTYPE x"), Fault.Invalid.class),
        Arguments.of(new JedisException("x"), Fault.Unknown.class));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void saysWhatAnErrorMeans(JedisException error, Class<? extends Fault> expected) {
    assertThat(RedisFaults.of(error)).isInstanceOf(expected);
  }
}
