package dev.deployclaw.executors.host;

import dev.deployclaw.core.grant.GrantKey;
import io.grpc.DecompressorRegistry;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An executor host in this process: performs calls that come over a Unix socket and are sealed with
 * its key. One thread moves bytes; each call has a virtual thread of its own. Closing it ends the
 * calls in flight; the executors stay open.
 */
public final class ExecutorHostServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ExecutorHostServer.class);
  private static final int CLOSING_SECONDS = 5;
  private static final int MOST_HEADER_BYTES = 8 << 10;

  private final ListeningPath.Published socket;
  private final Server server;
  private final EventLoopGroup loop;
  private final ExecutorService threads;

  private ExecutorHostServer(ListeningPath.Published socket, ServerThreads threads, Server server) {
    this.socket = socket;
    this.loop = threads.loop();
    this.threads = threads.calls();
    this.server = server;
  }

  private record ServerThreads(EventLoopGroup loop, ExecutorService calls) {}

  /**
   * What a host is made of.
   *
   * @param key that its agent seals calls with
   */
  public record Setup(
      HostIdentity identity, HostedExecutors hosted, GrantKey key, HostBounds bounds) {
  }

  /**
   * Listens from now on.
   *
   * @throws IOException where the socket can't be made
   */
  public static ExecutorHostServer start(HostSocket socket, Setup setup) throws IOException {
    var offered = new OfferedOperations(setup.hosted());
    var content = new ContentCache();
    var verifier = new SealedCallVerifier(setup.key(), offered.admitted(), System::nanoTime);
    var performer = new CallPerformer(setup.hosted(), verifier, content, setup.bounds());
    var service =
        new ExecutorHostService(setup.identity(), offered.described(), content, performer);
    var io = Thread.ofPlatform().daemon().name("host-io").factory();
    var threads =
        new ServerThreads(
            new MultiThreadIoEventLoopGroup(1, io, NioIoHandler.newFactory()),
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("host-call-", 0).factory()));
    boolean listens = false;
    try (var path = ListeningPath.beside(socket.path())) {
      var server = server(path.bound(), service, setup.bounds(), threads).start();
      var host = new ExecutorHostServer(path.publish(socket), threads, server);
      LOG.atInfo().addKeyValue("socket", socket.path()).log("executor host listens");
      listens = true;
      return host;
    } finally {
      if (!listens) {
        threads.calls().shutdownNow();
        var _ = threads.loop().shutdownGracefully();
      }
    }
  }

  private static Server server(
      Path bound, ExecutorHostService service, HostBounds bounds, ServerThreads threads) {
    var handshake = new HandshakeFirst();
    var connections = new ConnectionBound(bounds);
    var inbound = new InboundBudget(bounds);
    return NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(bound))
        .channelFactory(connections::listening)
        .bossEventLoopGroup(threads.loop())
        .workerEventLoopGroup(threads.loop())
        .withChildOption(ChannelOption.SO_KEEPALIVE, null)
        .executor(threads.calls())
        .maxConcurrentCallsPerConnection(bounds.calls())
        .maxInboundMessageSize(bounds.messageBytes())
        .maxInboundMetadataSize(MOST_HEADER_BYTES)
        .maxConnectionIdle(bounds.idle().toNanos(), TimeUnit.NANOSECONDS)
        .addTransportFilter(handshake)
        .addStreamTracerFactory(inbound)
        .decompressorRegistry(DecompressorRegistry.emptyInstance()) // their size would be unknown
        .intercept(handshake)
        .intercept(inbound)
        .addService(service)
        .build();
  }

  @Override
  public void close() throws IOException {
    server.shutdownNow();
    threads.shutdownNow();
    socket.remove();
    loop.shutdownGracefully(0, CLOSING_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
