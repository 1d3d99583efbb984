package dev.deployclaw.ratelimit.envoy;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * One unary call of gRPC over HTTP/2: a message with a head of five bytes, and a status behind the
 * answer. Messages aren't compressed, and no longer than {@link #MOST_BYTES}. What comes after the
 * caller went away is dropped.
 */
final class GrpcUnaryCall {
  static final String CONTENT_TYPE = "application/grpc";
  static final int INVALID_ARGUMENT = 3;
  static final int UNIMPLEMENTED = 12;
  static final int INTERNAL = 13;
  static final int UNAVAILABLE = 14;

  private static final int RESOURCE_EXHAUSTED = 8;
  private static final int MOST_BYTES = 256 << 10;
  private static final int HEAD = 5;
  private static final CharSequence TYPE = HttpHeaders.createOptimized(CONTENT_TYPE);
  private static final CharSequence STATUS = HttpHeaders.createOptimized("grpc-status");
  private static final CharSequence MESSAGE = HttpHeaders.createOptimized("grpc-message");
  private static final CharSequence OK = HttpHeaders.createOptimized("0");

  private final HttpServerRequest request;
  private final Buffer received = Buffer.buffer();
  private boolean ended;

  GrpcUnaryCall(HttpServerRequest request) {
    this.request = request;
    request.response().exceptionHandler(_ -> ended = true);
  }

  /** Hands the message over once it is whole. */
  void read(Consumer<byte[]> message) {
    request
        .handler(this::received)
        .endHandler(_ -> {
          if (!ended) {
            whole(message);
          }
        });
  }

  /**
   * @param framed a message with its head
   */
  void answer(byte[] framed) {
    if (!ended) {
      ended = true;
      response().putTrailer(STATUS, OK).end(Buffer.buffer(framed));
    }
  }

  /** A message with its head. */
  static byte[] framed(MessageLite message) {
    int length = message.getSerializedSize();
    byte[] bytes = new byte[HEAD + length];
    ByteBuffer.wrap(bytes).putInt(1, length);
    try {
      message.writeTo(CodedOutputStream.newInstance(bytes, HEAD, length));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes;
  }

  /** Percent-encoded, as the protocol wants it. */
  void fail(int status, String why) {
    if (!ended) {
      ended = true;
      String text = URLEncoder.encode(why, StandardCharsets.UTF_8).replace("+", "%20");
      response().putHeader(STATUS, Integer.toString(status)).putHeader(MESSAGE, text).end();
    }
  }

  private HttpServerResponse response() {
    return request.response().putHeader(HttpHeaders.CONTENT_TYPE, TYPE);
  }

  private void received(Buffer bytes) {
    if (received.length() + bytes.length() > HEAD + MOST_BYTES) {
      fail(RESOURCE_EXHAUSTED, "a message has at most " + MOST_BYTES + " bytes");
    } else if (!ended) {
      received.appendBuffer(bytes);
    }
  }

  private void whole(Consumer<byte[]> message) {
    if (received.length() < HEAD || received.getInt(1) != received.length() - HEAD) {
      fail(INTERNAL, "not one whole message");
    } else if (received.getByte(0) != 0) {
      fail(UNIMPLEMENTED, "messages must not be compressed");
    } else {
      message.accept(received.getBytes(HEAD, received.length()));
    }
  }
}
