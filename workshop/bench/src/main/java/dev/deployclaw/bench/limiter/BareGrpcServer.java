package dev.deployclaw.bench.limiter;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.deployclaw.bench.function.DecisionBenchEstate;
import dev.deployclaw.ratelimit.listener.HttpServerGroup;
import dev.deployclaw.ratelimit.listener.SharedAddress;
import dev.deployclaw.testkit.network.HostPort;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.io.UncheckedIOException;

/**
 * The service's HTTP/2 server, without a framework of gRPC: it reads each call of Envoy's protocol
 * and says yes, which is what gRPC costs without a limiter.
 */
public record BareGrpcServer(HostPort address, Vertx vertx) implements AutoCloseable {

  private static final int HEAD = 5;
  private static final RateLimitResponse YES =
      RateLimitResponse.newBuilder().setOverallCode(RateLimitResponse.Code.OK).build();

  private static final byte[] FRAMED =
      Buffer.buffer()
          .appendByte((byte) 0)
          .appendInt(YES.getSerializedSize())
          .appendBytes(YES.toByteArray())
          .getBytes();

  private static final CharSequence TYPE = HttpHeaders.createOptimized("application/grpc");
  private static final CharSequence STATUS = HttpHeaders.createOptimized("grpc-status");
  private static final CharSequence OK = HttpHeaders.createOptimized("0");

  public static BareGrpcServer start() {
    var vertx = DecisionBenchEstate.oneLoop();
    var server =
        new HttpServerGroup(vertx)
            .http2(SharedAddress.of("127.0.0.1", 0), BareGrpcServer::answer)
            .await();
    return new BareGrpcServer(HostPort.loopback(server.actualPort()), vertx);
  }

  @Override
  public void close() {
    var _ = vertx.close().await();
  }

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
}
