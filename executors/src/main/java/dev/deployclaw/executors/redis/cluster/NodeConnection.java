package dev.deployclaw.executors.redis.cluster;

import dev.deployclaw.core.tls.TlsSettings;
import java.io.IOException;
import java.net.Socket;
import java.util.Optional;
import javax.net.ssl.SSLSocket;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.util.IOUtils;

/**
 * The client's connection, whose socket can be used directly as long as no command of the client is
 * waiting for its answer: for a {@link BulkPipeline}, which encodes its commands itself.
 */
public final class NodeConnection extends Connection {
  private final KeptSocket kept;

  private NodeConnection(KeptSocket kept, JedisClientConfig config) {
    super(kept, config);
    this.kept = kept;
  }

  static NodeConnection open(
      NodeAddress address, JedisClientConfig config, Optional<TlsSettings> tls) {
    var there = new HostAndPort(address.host(), address.port());
    JedisSocketFactory plain = new DefaultJedisSocketFactory(there, config);
    var sockets = tls.map(t -> encrypted(t, plain, there)).orElse(plain);
    return new NodeConnection(new KeptSocket(sockets), config);
  }

  /** The timeout of the plain socket bounds the handshake, too. */
  private static JedisSocketFactory encrypted(
      TlsSettings tls, JedisSocketFactory plain, HostAndPort there) {
    var factory = tls.context().getSocketFactory();
    return () -> {
      var connected = plain.createSocket();
      try {
        var socket =
            (SSLSocket) factory.createSocket(connected, there.getHost(), there.getPort(), true);
        socket.startHandshake();
        return socket;
      } catch (IOException e) {
        IOUtils.closeQuietly(connected);
        throw new JedisConnectionException("no handshake with " + there, e);
      }
    };
  }

  void send(byte[] commands, int length) {
    try {
      kept.socket().getOutputStream().write(commands, 0, length);
    } catch (IOException e) {
      throw new JedisConnectionException(e);
    }
  }

  /** A reader of the answers to what is sent from now on. */
  RespReader answers() {
    try {
      return new RespReader(kept.socket().getInputStream());
    } catch (IOException e) {
      throw new JedisConnectionException(e);
    }
  }

  /** Remembers the socket that it made last. */
  private static final class KeptSocket implements JedisSocketFactory {
    private final JedisSocketFactory factory;
    private Socket last = new Socket();

    KeptSocket(JedisSocketFactory factory) {
      this.factory = factory;
    }

    @Override
    public Socket createSocket() throws JedisConnectionException {
      last = factory.createSocket();
      return last;
    }

    Socket socket() {
      return last;
    }
  }
}
