package dev.deployclaw.executors.redis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallFault;
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

class RedisFaultMapperTest {
  static Stream<Arguments> errors() {
    var suppressed = new JedisConnectionException("no address");
    suppressed.addSuppressed(new ConnectException("refused"));
    return Stream.of(
        Arguments.of(
            new JedisConnectionException(new ConnectException("refused")),
            CallFault.Unavailable.class),
        Arguments.of(suppressed, CallFault.Unavailable.class),
        Arguments.of(
            new JedisConnectionException(new SocketTimeoutException("read")),
            CallFault.Unknown.class),
        Arguments.of(
            new JedisConnectionException("Unexpected end of stream"), CallFault.Unknown.class),
        Arguments.of(new JedisAccessControlException("WRONGPASS no"), CallFault.Denied.class),
        Arguments.of(new JedisDataException("NOAUTH first"), CallFault.Denied.class),
        Arguments.of(new JedisDataException("NOPERM no"), CallFault.Denied.class),
        Arguments.of(new JedisDataException("MOVED 1 host:2"), CallFault.Unavailable.class),
        Arguments.of(new JedisDataException("CLUSTERDOWN x"), CallFault.Unavailable.class),
        Arguments.of(new JedisDataException("LOADING x"), CallFault.Unavailable.class),
        Arguments.of(new JedisDataException("OOM x"), CallFault.Unavailable.class),
        Arguments.of(new JedisDataException("READONLY x"), CallFault.Unavailable.class),
        Arguments.of(new JedisDataException("ERR unknown command"), CallFault.Invalid.class),
        Arguments.of(new JedisDataException("WRONGTYPE x"), CallFault.Invalid.class),
        Arguments.of(new JedisException("x"), CallFault.Unknown.class));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void saysWhatAnErrorMeans(JedisException error, Class<? extends CallFault> expected) {
    assertThat(RedisFaultMapper.of(error)).isInstanceOf(expected);
  }
}
