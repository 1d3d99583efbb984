package dev.deployclaw.lab;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.deployclaw.container.host.ExecutorHostMain;
import dev.deployclaw.executors.protocol.v1.Content;
import dev.deployclaw.executors.protocol.v1.ExecutorHostGrpc;
import dev.deployclaw.executors.protocol.v1.GrantedCall;
import dev.deployclaw.executors.protocol.v1.HandshakeReply;
import dev.deployclaw.executors.protocol.v1.HandshakeRequest;
import dev.deployclaw.executors.protocol.v1.MemberReport;
import dev.deployclaw.executors.protocol.v1.Outcome;
import dev.deployclaw.executors.protocol.v1.PutContentReply;
import dev.deployclaw.executors.protocol.v1.SealedCall;
import dev.deployclaw.executors.remote.HostChannel;
import dev.deployclaw.executors.remote.HostConnection;
import dev.deployclaw.executors.wire.CallCodec;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.process.JavaProgram;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The real executor host behind a server that passes on what the agent seals, and bends the answer
 * of one call. It has no key: it can't make a call up.
 */
final class LyingHost implements AutoCloseable {
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final Duration LONGEST_CALL = Duration.ofMinutes(2);
  private static final Outcome UNSAID = Outcome.getDefaultInstance();
  private static final String ANOTHER_DIGEST = "0".repeat(64);

  private final Path folder;
  private final Process real;
  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ManagedChannel channel;
  private final Server server;
  private final AtomicReference<Order> order = new AtomicReference<>(Order.NONE);

  /** By executor, the last. */
  private final Map<String, Outcome> observed = new ConcurrentHashMap<>();

  /** What becomes of one answer. */
  enum Lie {
    NONE,
    /** It is given after the agent gave the call up. */
    LATE,
    TWICE,
    /** In the name of another executor's members. */
    ANOTHER_MEMBER,
    /** One more, which there isn't. */
    INVENTED_MEMBER,
    /** All but the first. */
    LESS_MEMBERS,
    /** Of each YES. */
    ANOTHER_DIGEST,
    /** The call isn't performed; all members say YES to just what it asks. */
    NOT_DONE,
    /** The call isn't performed; what was observed before is the answer. */
    ANOTHER_CALL
  }

  /** Which call is lied about, once. */
  record Order(String operation, Lie lie) {
    static final Order NONE = new Order("", Lie.NONE);
  }

  private LyingHost(Path folder, Process real) throws IOException {
    this.folder = folder;
    this.real = real;
    this.channel =
        HostChannel.to(folder.resolve("real.sock"), loop)
            .maxInboundMessageSize(HostConnection.MOST_MESSAGE_BYTES)
            .build();
    this.server =
        NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(socket()))
            .channelType(NioServerDomainSocketChannel.class)
            .bossEventLoopGroup(loop)
            .workerEventLoopGroup(loop)
            .withChildOption(ChannelOption.SO_KEEPALIVE, null)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .maxInboundMessageSize(HostConnection.MOST_MESSAGE_BYTES)
            .addService(service())
            .build()
            .start();
  }

  static LyingHost before(LiveEstate estate) throws IOException {
    var folder = Files.createTempDirectory("lie");
    var words =
        JavaProgram.words(
            JavaProgram.QUICK,
            ExecutorHostMain.class,
            "--config",
            estate.lab().config().toString());
    var builder = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("DEPLOYCLAW_HOST_SOCKET", folder.resolve("real.sock").toString());
    builder.environment().put("DEPLOYCLAW_HOST_KEY_FILE", folder.resolve("key").toString());
    var real = builder.start();
    BoundedWait.until("the host listens", SOON, () -> Files.exists(folder.resolve("real.sock")));
    return new LyingHost(folder, real);
  }

  /** By which an agent finds it. */
  Map<String, String> environment() {
    return Map.of(
        "DEPLOYCLAW_HOST_SOCKET",
        socket().toString(),
        "DEPLOYCLAW_HOST_KEY_FILE",
        folder.resolve("key").toString());
  }

  /** About the next such call, for example {@code redis.publish}. */
  void lie(String operation, Lie lie) {
    order.set(new Order(operation, lie));
  }

  /** Whether there was such a call. */
  boolean lied() {
    return Order.NONE.equals(order.get());
  }

  private Path socket() {
    return folder.resolve("host.sock");
  }

  private ServerServiceDefinition service() {
    return ServerServiceDefinition.builder(ExecutorHostGrpc.SERVICE_NAME)
        .addMethod(
            ExecutorHostGrpc.getHandshakeMethod(),
            ServerCalls.<HandshakeRequest, HandshakeReply>asyncUnaryCall((request, out) ->
                pass(out, () -> real(ExecutorHostGrpc.getHandshakeMethod(), request))))
        .addMethod(
            ExecutorHostGrpc.getPutContentMethod(),
            ServerCalls.<Content, PutContentReply>asyncUnaryCall((request, out) ->
                pass(out, () -> real(ExecutorHostGrpc.getPutContentMethod(), request))))
        .addMethod(
            // As a stream, of which a server may send several messages; the wire is the same.
            ExecutorHostGrpc.getExecuteMethod().toBuilder()
                .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                .build(),
            ServerCalls.asyncServerStreamingCall(this::execute))
        .build();
  }

  private void execute(SealedCall sealed, StreamObserver<Outcome> out) {
    try {
      var call = GrantedCall.parseFrom(sealed.getCall());
      var ordered = order.get();
      if (!ordered.operation().equals(call.getExecutor() + "." + CallCodec.verb(call))) {
        var told = real(ExecutorHostGrpc.getExecuteMethod(), sealed);
        if (call.hasObserve() && told.hasDone()) {
          observed.put(call.getExecutor(), told);
        }
        answer(out, told, 1);
      } else if (ordered.lie() == Lie.NOT_DONE || ordered.lie() == Lie.ANOTHER_CALL) {
        lie(ordered, call, observed.getOrDefault(call.getExecutor(), UNSAID), out);
      } else {
        lie(ordered, call, real(ExecutorHostGrpc.getExecuteMethod(), sealed), out);
      }
    } catch (InvalidProtocolBufferException | RuntimeException e) {
      out.onError(e);
    }
  }

  private void lie(Order ordered, GrantedCall call, Outcome told, StreamObserver<Outcome> out) {
    if (told.hasContentNeeded()) { // nothing was done: the call comes once more
      answer(out, told, 1);
      return;
    }
    order.compareAndSet(ordered, Order.NONE);
    if (ordered.lie() == Lie.LATE) {
      BoundedWait.until("the agent gave up", LONGEST_CALL, Context.current()::isCancelled);
    }
    answer(out, bent(ordered.lie(), call, told), ordered.lie() == Lie.TWICE ? 2 : 1);
  }

  private static void answer(StreamObserver<Outcome> out, Outcome told, int times) {
    for (int i = 0; i < times; i++) {
      out.onNext(told);
    }
    out.onCompleted();
  }

  private static Outcome bent(Lie lie, GrantedCall call, Outcome told) {
    return switch (lie) {
      case NONE, LATE, TWICE, ANOTHER_CALL -> told;
      case ANOTHER_MEMBER -> each(told, r -> r.setMember("nowhere/" + r.getMember()));
      case INVENTED_MEMBER ->
          of(told, reports -> Stream.concat(reports, reports(told).limit(1).map(LyingHost::other)));
      case LESS_MEMBERS -> of(told, reports -> reports.limit(1));
      case ANOTHER_DIGEST -> each(told, r -> r.setDigest(ANOTHER_DIGEST));
      case NOT_DONE ->
          each(
              told,
              r -> r.setAnswer(MemberReport.Answer.YES).setDigest(digest(call)).setReason(""));
    };
  }

  private static Outcome each(Outcome told, UnaryOperator<MemberReport.Builder> bend) {
    return of(told, reports -> reports.map(r -> bend.apply(r.toBuilder()).build()));
  }

  private static Outcome of(Outcome told, UnaryOperator<Stream<MemberReport>> bend) {
    var done = told.getDone().toBuilder().clearReports();
    bend.apply(reports(told)).forEach(done::addReports);
    return Outcome.newBuilder().setDone(done).build();
  }

  private static Stream<MemberReport> reports(Outcome told) {
    return told.getDone().getReportsList().stream();
  }

  private static MemberReport other(MemberReport report) {
    return report.toBuilder().setMember(report.getMember() + "-too").build();
  }

  private static String digest(GrantedCall call) {
    return List.of(call.getStage(), call.getPrepare(), call.getPublish(), call.getConverge())
        .stream()
        .map(activation -> activation.getSet().getDigest())
        .filter(digest -> !digest.isEmpty())
        .findFirst()
        .orElse("");
  }

  /** What the real host says, also where the agent gave up meanwhile. */
  private <Q, A> A real(MethodDescriptor<Q, A> method, Q request) {
    try {
      return Context.ROOT.call(() ->
          ClientCalls.blockingUnaryCall(
              channel,
              method,
              CallOptions.DEFAULT.withDeadlineAfter(LONGEST_CALL.toSeconds(), TimeUnit.SECONDS),
              request));
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static <A> void pass(StreamObserver<A> out, Supplier<A> real) {
    try {
      out.onNext(real.get());
      out.onCompleted();
    } catch (RuntimeException e) {
      out.onError(e);
    }
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
  }
}
