package dev.deployclaw.ratelimit.envoy;

import com.google.protobuf.MessageLite;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * One call of gRPC over HTTP/2 in which both sides send messages for as long as they like: each has
 * a head of five bytes, isn't compressed, and is no longer than {@link #MOST_BYTES}. Where the
 * caller sends no more, the call ends well. What comes after an end is dropped. Belongs to one
 * event loop.
 */
final class GrpcMessageStream {
  static final int RESOURCE_EXHAUSTED = 8;

  private static final int MOST_BYTES = 1 << 20;
  private static final int MOST_UNSENT = 64 << 10;
  private static final int HEAD = 5;
  private static final String STATUS = "grpc-status";
  private static final String MESSAGE = "grpc-message";

  /** Of HTTP/2 (RFC 9113, section 7). */
  private static final long CANCEL = 8;

  private final HttpServerRequest request;
  private final QuotaBudget budget;
  private Buffer received = Buffer.buffer();
  private int kept;
  private Runnable closed = () -> {};
  private int unsent;
  private boolean begun;
  private boolean ended;

  GrpcMessageStream(HttpServerRequest request, QuotaBudget budget) {
    this.request = request;
    this.budget = budget;
  }

  /**
   * Reads from now on.
   *
   * @param message takes each message
   * @param closed told once, when either side has ended the call
   */
  void open(Consumer<byte[]> message, Runnable closed) {
    this.closed = closed;
    request.response().exceptionHandler(_ -> leave()).closeHandler(_ -> leave());
    request
        .exceptionHandler(_ -> leave())
        .handler(bytes -> received(bytes, message))
        .endHandler(_ -> end());
  }

  /** Whether the caller is so slow that what was sent still waits here. */
  boolean full() {
    return unsent > MOST_UNSENT;
  }

  /** Whether a message has begun and isn't whole yet. */
  boolean isWithin() {
    return kept > 0;
  }

  void send(MessageLite message) {
    if (ended) {
      return;
    }
    var bytes = Buffer.buffer(HEAD + message.getSerializedSize());
    bytes.appendByte((byte) 0).appendInt(message.getSerializedSize());
    bytes.appendBytes(message.toByteArray());
    if (!begun) {
      begun = true;
      contentType();
    }
    unsent += bytes.length();
    request.response().write(bytes).onComplete(_ -> unsent -= bytes.length());
  }

  void end() {
    finish(0, "");
  }

  void fail(int status, String why) {
    finish(status, why);
  }

  /** Ends the call for a caller that doesn't read what it is sent. */
  void reset() {
    if (leave()) {
      request.response().reset(CANCEL);
    }
  }

  private void finish(int status, String why) {
    if (!leave()) {
      return;
    }
    var response = request.response();
    String code = Integer.toString(status);
    // percent-encoded, as the protocol wants it
    String text = URLEncoder.encode(why, StandardCharsets.UTF_8).replace("+", "%20");
    if (begun) {
      response.putTrailer(STATUS, code).putTrailer(MESSAGE, text);
    } else {
      contentType().putHeader(STATUS, code).putHeader(MESSAGE, text);
    }
    response.end();
  }

  private HttpServerResponse contentType() {
    return request.response().putHeader(HttpHeaders.CONTENT_TYPE, GrpcUnaryCall.CONTENT_TYPE);
  }

  /** Whether this ended it. */
  private boolean leave() {
    if (ended) {
      return false;
    }
    ended = true;
    received = Buffer.buffer();
    var _ = keep(0);
    closed.run();
    return true;
  }

  private void received(Buffer bytes, Consumer<byte[]> message) {
    if (ended) {
      return;
    }
    var all = received.appendBuffer(bytes);
    int at = 0;
    while (!ended && all.length() - at >= HEAD) {
      long length = all.getUnsignedInt(at + 1);
      if (all.getByte(at) != 0) {
        fail(GrpcUnaryCall.UNIMPLEMENTED, "messages must not be compressed");
      } else if (length > MOST_BYTES) {
        fail(RESOURCE_EXHAUSTED, "a message has at most " + MOST_BYTES + " bytes");
      } else if (all.length() - at - HEAD < length) {
        break;
      } else {
        int from = at + HEAD;
        at = from + (int) length;
        message.accept(all.getBytes(from, at));
      }
    }
    if (!ended && !keep(all.length() - at)) {
      fail(RESOURCE_EXHAUSTED, "there are too many messages that aren't whole");
    } else if (!ended) {
      received = at == 0 ? all : all.getBuffer(at, all.length());
    }
  }

  private boolean keep(int bytes) {
    boolean room = budget.keep((long) bytes - kept);
    kept = room ? bytes : kept;
    return room;
  }
}
