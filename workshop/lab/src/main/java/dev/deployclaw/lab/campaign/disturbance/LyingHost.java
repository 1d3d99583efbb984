package dev.deployclaw.lab.campaign.disturbance;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.deployclaw.container.host.ExecutorHostMain;
import dev.deployclaw.executors.protocol.v1.ExecutorHostGrpc;
import dev.deployclaw.executors.protocol.v1.GrantedCall;
import dev.deployclaw.executors.protocol.v1.Outcome;
import dev.deployclaw.executors.protocol.v1.SealedCall;
import dev.deployclaw.executors.remote.HostChannel;
import dev.deployclaw.executors.remote.HostConnection;
import dev.deployclaw.executors.wire.CallCodec;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.file.TestFiles;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.JavaProgram;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.commons.lang3.function.Failable;

/**
 * The real executor host behind a server that passes on what the agent seals, and bends the answer
 * of one call. It has no key: it can't make a call up. For any thread.
 */
public final class LyingHost implements AutoCloseable {
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final Duration LONGEST_CALL = Duration.ofMinutes(2);
  private static final String SOCKET = "DEPLOYCLAW_HOST_SOCKET";
  private static final String KEY_FILE = "DEPLOYCLAW_HOST_KEY_FILE";

  private final Path folder;
  private final Process real;
  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ManagedChannel channel;
  private final Server server;

  private final Set<Channel> open = ConcurrentHashMap.newKeySet();

  /** What is told of the next call of an operation. */
  private final Map<String, HostLie> orders = new ConcurrentHashMap<>();

  private volatile boolean lied;

  /** By executor, the last. */
  private final Map<String, Outcome> observed = new ConcurrentHashMap<>();

  private LyingHost(Path folder, Process real) throws IOException {
    this.folder = folder;
    this.real = real;
    this.channel =
        HostChannel.to(folder.resolve("real.sock"), loop)
            .maxInboundMessageSize(HostConnection.MOST_MESSAGE_BYTES)
            .build();
    this.server =
        NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(folder.resolve("host.sock")))
            .channelFactory(this::listening)
            .bossEventLoopGroup(loop)
            .workerEventLoopGroup(loop)
            .withChildOption(ChannelOption.SO_KEEPALIVE, null)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .maxInboundMessageSize(HostConnection.MOST_MESSAGE_BYTES)
            .addService(service())
            .build()
            .start();
  }

  /** Starts the host of a configuration, and listens before it. */
  public static LyingHost before(Path config, Map<String, String> environment) throws IOException {
    var folder = Files.createTempDirectory("lie"); // a socket's path is short
    var socket = folder.resolve("real.sock");
    var real =
        CommandRunner.of(
                JavaProgram.words(
                    JavaProgram.QUICK, ExecutorHostMain.class, "--config", config.toString()))
            .with(environment)
            .with(Map.of(SOCKET, socket.toString(), KEY_FILE, folder.resolve("key").toString()))
            .start(folder.resolve("out"), folder.resolve("err"));
    BoundedWait.until("the host listens, or ends", SOON, () -> ready(real, socket));
    return new LyingHost(folder, real);
  }

  private static boolean ready(Process real, Path socket) {
    if (!real.isAlive()) {
      throw new IllegalStateException(
          "the host ended: " + Failable.get(() -> Files.readString(socket.resolveSibling("err"))));
    }
    return Files.exists(socket);
  }

  public Map<String, String> environment() {
    return Map.of(
        SOCKET, folder.resolve("host.sock").toString(), KEY_FILE, folder.resolve("key").toString());
  }

  /** About the next such call, for example {@code redis.publish}. */
  public void lie(String operation, HostLie lie) {
    lied = false;
    orders.put(operation, lie);
  }

  /** Whether the last one was told. */
  public boolean lied() {
    return lied;
  }

  private NioServerDomainSocketChannel listening() {
    var channel = new NioServerDomainSocketChannel();
    channel
        .pipeline()
        .addLast(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext context, Object accepted)
                  throws Exception {
                open.add((Channel) accepted);
                super.channelRead(context, accepted);
              }
            });
    return channel;
  }

  private ServerServiceDefinition service() {
    return ServerServiceDefinition.builder(ExecutorHostGrpc.SERVICE_NAME)
        .addMethod(
            ExecutorHostGrpc.getHandshakeMethod(), passed(ExecutorHostGrpc.getHandshakeMethod()))
        .addMethod(
            ExecutorHostGrpc.getPutContentMethod(), passed(ExecutorHostGrpc.getPutContentMethod()))
        .addMethod(
            // As a stream, of which a server may send several messages; the wire is the same.
            ExecutorHostGrpc.getExecuteMethod().toBuilder()
                .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                .build(),
            ServerCalls.asyncServerStreamingCall(this::execute))
        .build();
  }

  private <Q, A> ServerCallHandler<Q, A> passed(MethodDescriptor<Q, A> method) {
    return ServerCalls.asyncUnaryCall((request, out) -> {
      try {
        answer(out, real(method, request), 1);
      } catch (RuntimeException e) {
        out.onError(e);
      }
    });
  }

  private void execute(SealedCall sealed, StreamObserver<Outcome> out) {
    try {
      var call = GrantedCall.parseFrom(sealed.getCall());
      String operation = call.getExecutor() + "." + CallCodec.verb(call);
      var lie = Optional.ofNullable(orders.remove(operation));
      var told =
          lie.filter(HostLie::keepsCall).isPresent()
              ? observed.getOrDefault(call.getExecutor(), Outcome.getDefaultInstance())
              : real(ExecutorHostGrpc.getExecuteMethod(), sealed);
      if (call.hasObserve() && told.hasDone()) {
        observed.put(call.getExecutor(), told);
      }
      if (lie.isEmpty()) {
        answer(out, told, 1);
      } else if (told.hasContentNeeded()) { // nothing was done: the call comes once more
        orders.put(operation, lie.get());
        answer(out, told, 1);
      } else {
        lie(lie.get(), call, told, out);
      }
    } catch (InvalidProtocolBufferException | RuntimeException e) {
      out.onError(e);
    }
  }

  private void lie(HostLie lie, GrantedCall call, Outcome told, StreamObserver<Outcome> out) {
    if (lie == HostLie.LATE) {
      BoundedWait.until("the agent gave up", LONGEST_CALL, Context.current()::isCancelled);
    }
    lied = true;
    if (lie == HostLie.CUT_OFF) {
      open.forEach(c -> c.eventLoop().execute(() -> c.unsafe().closeForcibly()));
      return;
    }
    answer(out, lie.bent(call, told), lie == HostLie.TWICE ? 2 : 1);
  }

  private static <A> void answer(StreamObserver<A> out, A told, int times) {
    for (int i = 0; i < times; i++) {
      out.onNext(told);
    }
    out.onCompleted();
  }

  /** What the real host says, also where the agent gave up meanwhile. */
  private <Q, A> A real(MethodDescriptor<Q, A> method, Q request) {
    return Failable.get(() ->
        Context.ROOT.call(() ->
            ClientCalls.blockingUnaryCall(
                channel,
                method,
                CallOptions.DEFAULT.withDeadlineAfter(LONGEST_CALL.toSeconds(), TimeUnit.SECONDS),
                request)));
  }

  @Override
  public void close() {
    server.shutdownNow();
    channel.shutdownNow();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    real.destroy();
    if (!BoundedWait.cameTrue(SOON, () -> !real.isAlive())) {
      real.destroyForcibly();
    }
    TestFiles.delete(folder);
  }
}
