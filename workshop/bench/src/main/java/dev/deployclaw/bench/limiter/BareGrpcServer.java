package dev.deployclaw.bench.limiter;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.deployclaw.bench.function.DecisionBenchEstate;
import dev.deployclaw.ratelimit.listener.HttpServerGroup;
import dev.deployclaw.ratelimit.listener.SharedAddress;
import dev.deployclaw.testkit.network.HostPort;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitServiceGrpc.RateLimitServiceImplBase;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Function;

/**
 * A server that reads each call of Envoy's protocol and says yes: what gRPC costs without a
 * limiter.
 *
 * @param loop the one thread on which it reads and answers
 */
public record BareGrpcServer(String title, HostPort address, Thread loop, Runnable stop)
    implements AutoCloseable {
  public static final String TITLE = "bare gRPC";
  public static final String VERTX = "Vert.x gRPC";
  public static final String GRPC_JAVA = "grpc-java on Netty";

  private static final int HEAD = 5;
  private static final RateLimitResponse YES =
      RateLimitResponse.newBuilder().setOverallCode(RateLimitResponse.Code.OK).build();

  /** Behind its head. */
  private static final byte[] FRAMED =
      Buffer.buffer()
          .appendByte((byte) 0)
          .appendInt(YES.getSerializedSize())
          .appendBytes(YES.toByteArray())
          .getBytes();

  private static final CharSequence TYPE = HttpHeaders.createOptimized("application/grpc");
  private static final CharSequence STATUS = HttpHeaders.createOptimized("grpc-status");
  private static final CharSequence OK = HttpHeaders.createOptimized("0");

  /** The service's HTTP/2 server, and no framework of gRPC. */
  public static BareGrpcServer http2() {
    return onVertx(TITLE, _ -> BareGrpcServer::answer);
  }

  /** Vert.x gRPC on the same HTTP/2 server. */
  public static BareGrpcServer vertxGrpc() {
    ServiceMethod<RateLimitRequest, RateLimitResponse> method =
        ServiceMethod.server(
            ServiceName.create("envoy.service.ratelimit.v3", "RateLimitService"),
            "ShouldRateLimit",
            GrpcMessageEncoder.encoder(),
            GrpcMessageDecoder.decoder(RateLimitRequest.newBuilder()));
    return onVertx(
        VERTX,
        vertx ->
            GrpcServer.server(vertx)
                .callHandler(method, call -> call.handler(_ -> call.response().end(YES))));
  }

  /** As many streams at once as the others allow; without threads for calls. */
  public static BareGrpcServer grpcJava() {
    var loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try {
      var server =
          NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .bossEventLoopGroup(loop)
              .workerEventLoopGroup(loop)
              .channelType(NioServerSocketChannel.class)
              .maxConcurrentCallsPerConnection(GrpcLimiter.MOST_UNDER_WAY)
              .directExecutor()
              .addService(new YesService())
              .build()
              .start();
      return new BareGrpcServer(
          GRPC_JAVA,
          HostPort.loopback(server.getPort()),
          loop.submit(Thread::currentThread).syncUninterruptibly().getNow(),
          () -> {
            server.shutdownNow();
            var _ = loop.shutdownGracefully();
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    stop.run();
  }

  private static BareGrpcServer onVertx(
      String title, Function<Vertx, Handler<HttpServerRequest>> calls) {
    var vertx = DecisionBenchEstate.oneLoop();
    var server =
        new HttpServerGroup(vertx)
            .http2(SharedAddress.of("127.0.0.1", 0), calls.apply(vertx))
            .await();
    var loop = Promise.<Thread>promise();
    vertx.runOnContext(_ -> loop.complete(Thread.currentThread()));
    return new BareGrpcServer(
        title,
        HostPort.loopback(server.actualPort()),
        loop.future().await(),
        () -> vertx.close().await());
  }

  /** As the service does. */
  private static void answer(HttpServerRequest request) {
    var received = Buffer.buffer();
    request
        .handler(received::appendBuffer)
        .endHandler(_ -> {
          read(received.getBytes(HEAD, received.length()));
          request
              .response()
              .putHeader(HttpHeaders.CONTENT_TYPE, TYPE)
              .putTrailer(STATUS, OK)
              .end(Buffer.buffer(FRAMED));
        });
  }

  private static void read(byte[] message) {
    try {
      var _ = RateLimitRequest.parseFrom(message);
    } catch (InvalidProtocolBufferException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class YesService extends RateLimitServiceImplBase {
    @Override
    public void shouldRateLimit(RateLimitRequest request, StreamObserver<RateLimitResponse> told) {
      told.onNext(YES);
      told.onCompleted();
    }
  }
}
