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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
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
      HostIdentity identity, HostedExecutors hosted, GrantKey key, HostBounds bounds) {}

  /**
   * Listens from now on, or closes the socket.
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
      var builder = server(path.bound(), service, setup.bounds(), threads);
      var connections = new ConnectionBound(setup.bounds());
      var server =
          builder.channelFactory(() -> connections.listening(socket.channel())).build().start();
      var host = new ExecutorHostServer(path.publish(socket), threads, server);
      LOG.atInfo().addKeyValue("socket", socket.path()).log("executor host listens");
      listens = true;
      return host;
    } finally {
      if (!listens) {
        socket.channel().close();
        threads.calls().shutdownNow();
        var _ = threads.loop().shutdownGracefully();
      }
    }
  }

  private static NettyServerBuilder server(
      Path bound, ExecutorHostService service, HostBounds bounds, ServerThreads threads) {
    var handshake = new HandshakeFirst();
    var inbound = new InboundBudget(bounds);
    return NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(bound))
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
        .addService(service);
  }

  @Override
  public void close() throws IOException {
    server.shutdownNow();
    threads.shutdownNow();
    socket.remove();
    loop.shutdownGracefully(0, CLOSING_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /**
   * Where a socket is bound, before it gets its permissions and its name: in a folder for the owner
   * alone, so that at no moment anybody else can connect. An old socket of the name is replaced.
   */
  private record ListeningPath(Path folder, Path bound) implements AutoCloseable {
    /** The kernel takes 107; the folder's name is somewhat longer than the socket's. */
    private static final int MOST_BYTES = 100;

    static ListeningPath beside(Path socket) throws IOException {
      Path parent = socket.toAbsolutePath().getParent();
      if (parent == null) {
        throw new IOException(socket + " names no socket");
      }
      var ownerOnly =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
      Path folder = Files.createTempDirectory(parent, ".", ownerOnly);
      Path bound = folder.resolve("s");
      for (Path path : new Path[] {bound, socket.toAbsolutePath()}) {
        if (path.toString().getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
          Files.delete(folder);
          throw new IOException(
              path + " is too long for a socket: at most " + MOST_BYTES + " bytes");
        }
      }
      return new ListeningPath(folder, bound);
    }

    /** Gives the bound socket its permissions, then its name. */
    Published publish(HostSocket socket) throws IOException {
      Files.setPosixFilePermissions(bound, socket.permissions());
      var published = new Published(socket.path(), inode(bound));
      Files.move(bound, socket.path(), StandardCopyOption.ATOMIC_MOVE);
      return published;
    }

    private static Object inode(Path path) throws IOException {
      return Files.getAttribute(path, "unix:ino");
    }

    /** A socket under its name, until another start takes the name. */
    record Published(Path path, Object identity) {
      void remove() throws IOException {
        try {
          if (inode(path).equals(identity)) {
            Files.deleteIfExists(path);
          }
        } catch (NoSuchFileException _) {
          // Somebody removed it already.
        }
      }
    }

    @Override
    public void close() throws IOException {
      Files.deleteIfExists(bound);
      Files.deleteIfExists(folder);
    }
  }
}
