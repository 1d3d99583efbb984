package dev.deployclaw.core.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * A client's context whose sockets check the name in the server's certificate (RFC 9525), whatever
 * the library that has it asks for: that of NATS never does.
 */
final class HostVerifyingContext extends SSLContextSpi {
  private static final String CHECK = "HTTPS";

  private final SSLContext context;
  private final Optional<String> serverName;

  private HostVerifyingContext(SSLContext context, Optional<String> serverName) {
    this.context = context;
    this.serverName = serverName;
  }

  static SSLContext of(TlsSettings settings) {
    var plain = settings.unnamed();
    var spi = new HostVerifyingContext(plain, settings.serverName());
    return new SSLContext(spi, plain.getProvider(), plain.getProtocol()) {};
  }

  @Override
  protected SSLSocketFactory engineGetSocketFactory() {
    return new Sockets(context.getSocketFactory(), serverName);
  }

  @Override
  protected SSLEngine engineCreateSSLEngine() {
    throw new UnsupportedOperationException("without a host no name can be checked");
  }

  @Override
  protected SSLEngine engineCreateSSLEngine(String host, int port) {
    var engine = context.createSSLEngine(serverName.orElse(host), port);
    var parameters = engine.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm(CHECK);
    engine.setSSLParameters(parameters);
    return engine;
  }

  @Override
  protected SSLServerSocketFactory engineGetServerSocketFactory() {
    throw new UnsupportedOperationException("this is a client's");
  }

  @Override
  protected SSLSessionContext engineGetServerSessionContext() {
    return context.getServerSessionContext();
  }

  @Override
  protected SSLSessionContext engineGetClientSessionContext() {
    return context.getClientSessionContext();
  }

  @Override
  protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random) {
    throw new UnsupportedOperationException("it is made whole");
  }

  /** Each names the server before it shakes hands. */
  private static final class Sockets extends SSLSocketFactory {
    private final SSLSocketFactory factory;
    private final Optional<String> serverName;

    Sockets(SSLSocketFactory factory, Optional<String> serverName) {
      this.factory = factory;
      this.serverName = serverName;
    }

    @Override
    public String[] getDefaultCipherSuites() {
      return factory.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
      return factory.getSupportedCipherSuites();
    }

    /** Over a socket that is connected, as clients with a timeout of their own do. */
    @Override
    public Socket createSocket(Socket connected, String host, int port, boolean autoClose)
        throws IOException {
      var made = factory.createSocket(connected, serverName.orElse(host), port, autoClose);
      if (!(made instanceof SSLSocket socket)) {
        throw new IOException("not a TLS socket");
      }
      var parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm(CHECK);
      socket.setSSLParameters(parameters);
      return socket;
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
      return createSocket(new Socket(host, port), host, port, true);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress from, int fromPort)
        throws IOException {
      return createSocket(new Socket(host, port, from, fromPort), host, port, true);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
      return createSocket(host.getHostName(), port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort)
        throws IOException {
      return createSocket(host.getHostName(), port, from, fromPort);
    }
  }
}
