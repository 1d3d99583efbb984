package dev.deployclaw.bench.limiter;

import dev.deployclaw.bench.function.DecisionBenchEstate;
import dev.deployclaw.bench.sample.SampleLimits;
import dev.deployclaw.bench.sample.SampleLimits.Kind;
import dev.deployclaw.policy.gateway.EnvoyDescriptor;
import dev.deployclaw.testkit.network.HostPort;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/**
 * The service as Envoy asks it: a connection of HTTP/2 for each worker, of which Envoy has as many
 * as there are cores, and a stream for each request. As over HTTP, requests are encoded beforehand,
 * and of an answer only its code and its end are looked at, so that asking costs little.
 */
public final class GrpcLimiter implements RateLimiter {
  private static final String CALL = "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit";
  private static final int HEAD = 9;
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RESET = 3;
  private static final int SETTINGS = 4;
  private static final int GO_AWAY = 7;
  private static final int WINDOW = 8;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  private static final int MOST_UNDER_WAY = 256;

  private final Vertx vertx = DecisionBenchEstate.oneLoop();
  private final Context loop = vertx.getOrCreateContext();
  private final NetClient client = vertx.createNetClient();
  private final List<Buffer> messages;
  private final Buffer headers;
  private final List<Line> lines = new ArrayList<>();
  private int turn;

  private record Asked(Buffer message, Promise<Void> answer) {}

  private final String title;

  private GrpcLimiter(HostPort server, String title, Kind kind, int tenants) {
    this.title = title;
    headers = headers(server.toString());
    messages = IntStream.range(0, tenants).mapToObj(t -> message(request(kind.tenant(t)))).toList();
  }

  public static GrpcLimiter to(HostPort server, Kind kind, int tenants) {
    return to(
        server,
        kind == Kind.LEASED ? "our service over gRPC, leased" : "our service over gRPC",
        kind,
        tenants);
  }

  public static GrpcLimiter to(BareGrpcServer server, int tenants) {
    return to(server.address(), "bare gRPC", Kind.TOKEN_BUCKET, tenants);
  }

  private static GrpcLimiter to(HostPort server, String title, Kind kind, int tenants) {
    var limiter = new GrpcLimiter(server, title, kind, tenants);
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
      var opened = Promise.<Void>promise();
      limiter.loop.runOnContext(_ ->
          limiter
              .client
              .connect(server.port(), server.host())
              .onSuccess(limiter::begin)
              .<Void>mapEmpty()
              .onComplete(opened));
      opened.future().await();
    }
    return limiter;
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public CompletionStage<?> ask(int tenant) {
    var asked = new Asked(messages.get(tenant), Promise.promise());
    if (loop.equals(Vertx.currentContext())) {
      send(asked);
    } else {
      loop.runOnContext(_ -> send(asked));
    }
    return asked.answer().future().toCompletionStage();
  }

  @Override
  public void close() {
    var _ = vertx.close().await();
  }

  /** The preface, settings as they are, and all the window there is. */
  private void begin(NetSocket open) {
    var line = new Line(open);
    open.handler(line::received);
    open.write(
        Buffer.buffer("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            .appendBuffer(frame(SETTINGS, 0, 0, Buffer.buffer()))
            .appendBuffer(
                frame(WINDOW, 0, 0, Buffer.buffer().appendInt(Integer.MAX_VALUE - 65_535))));
    lines.add(line);
  }

  private void send(Asked asked) {
    turn = (turn + 1) % lines.size();
    lines.get(turn).send(asked);
  }

  /** One connection. Belongs to the event loop. */
  private final class Line {
    private final NetSocket socket;
    private final Map<Integer, Promise<Void>> underWay = new HashMap<>();
    private final Deque<Asked> waiting = new ArrayDeque<>();
    private Buffer received = Buffer.buffer();
    private int passed;
    private int last = -1;

    Line(NetSocket socket) {
      this.socket = socket;
    }

    void send(Asked asked) {
      if (underWay.size() == MOST_UNDER_WAY) {
        waiting.add(asked);
        return;
      }
      last += 2;
      underWay.put(last, asked.answer());
      socket.write(
          frame(HEADERS, END_HEADERS, last, headers)
              .appendBuffer(frame(DATA, END_STREAM, last, asked.message())));
    }

    void received(Buffer bytes) {
      received.appendBuffer(bytes);
      int at = 0;
      while (received.length() - at >= HEAD
          && received.length() - at >= HEAD + received.getMedium(at)) {
        take(at);
        at += HEAD + received.getMedium(at);
      }
      received = received.getBuffer(at, received.length());
    }

    private void take(int at) {
      int type = received.getByte(at + 3);
      int flags = received.getByte(at + 4);
      int stream = received.getInt(at + 5);
      if (type == SETTINGS && flags == 0) {
        socket.write(frame(SETTINGS, 1, 0, Buffer.buffer()));
      } else if (type == DATA && received.getMedium(at) >= HEAD - 2) {
        // Behind the message's head of five bytes: the overall code, which is 1 where it may pass.
        passed = received.getShort(at + HEAD + 5) == 0x0801 ? stream : passed;
      } else if (type == RESET || type == GO_AWAY) {
        ended(stream, "the stream was ended by the service");
      }
      if ((type == HEADERS || type == DATA) && (flags & END_STREAM) != 0) {
        ended(stream, passed == stream ? "" : "the service refused");
      }
    }

    private void ended(int stream, String why) {
      var answer = underWay.remove(stream);
      var next = waiting.poll();
      if (next != null) {
        send(next);
      }
      if (answer != null && why.isEmpty()) {
        answer.complete();
      } else if (answer != null) {
        answer.fail(why);
      }
    }
  }

  private static Buffer frame(int type, int flags, int stream, Buffer payload) {
    return Buffer.buffer(HEAD + payload.length())
        .appendMedium(payload.length())
        .appendByte((byte) type)
        .appendByte((byte) flags)
        .appendInt(stream)
        .appendBuffer(payload);
  }

  /** HPACK (RFC 7541): names and values of its static table, and literals that nobody indexes. */
  private static Buffer headers(String authority) {
    var out = Buffer.buffer(new byte[] {(byte) 0x83, (byte) 0x86, 0x04});
    text(out, CALL).appendByte((byte) 0x01);
    text(out, authority).appendBytes(new byte[] {0x0f, 0x10});
    text(out, "application/grpc").appendByte((byte) 0);
    text(text(out, "te"), "trailers");
    return out;
  }

  private static Buffer text(Buffer out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return out.appendByte((byte) bytes.length).appendBytes(bytes);
  }

  private static Buffer message(RateLimitRequest request) {
    byte[] bytes = request.toByteArray();
    return Buffer.buffer().appendByte((byte) 0).appendInt(bytes.length).appendBytes(bytes);
  }

  private static RateLimitRequest request(String tenant) {
    var descriptor =
        RateLimitDescriptor.newBuilder()
            .addEntries(entry(EnvoyDescriptor.HOST, SampleLimits.host(tenant)))
            .addEntries(entry(EnvoyDescriptor.METHOD, SampleLimits.METHOD))
            .addEntries(entry(EnvoyDescriptor.URI, SampleLimits.PATH))
            .addEntries(entry(EnvoyDescriptor.CLIENT, "10.0.0.1"));
    return RateLimitRequest.newBuilder()
        .setDomain(SampleLimits.GATEWAY)
        .addDescriptors(descriptor)
        .build();
  }

  private static RateLimitDescriptor.Entry entry(String key, String value) {
    return RateLimitDescriptor.Entry.newBuilder().setKey(key).setValue(value).build();
  }
}
