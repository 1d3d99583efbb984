package dev.deployclaw.ratelimit.redis;

import dev.deployclaw.policy.wire.ServerLogin;
import io.vertx.core.Completable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to one node, shared by all calls. Commands that are sent in one turn of the event
 * loop leave in few writes: a portion goes as soon as it is full, so that the node works while the
 * rest is still made, what is left at the end of the turn. Answers come in the same order. It
 * connects when it is first needed and again, after a growing pause, when it broke. A node that
 * doesn't answer is soon asked no more, but for a call now and then. Belongs to one event loop.
 */
final class PipelinedConnection {
  private static final Logger LOG = LoggerFactory.getLogger(PipelinedConnection.class);
  static final int MOST_WAITING = 10_000;

  /** Commands that leave at once: enough that a write is little beside what they cost the node. */
  private static final int PORTION = 8;

  /** A call so many timeouts old means that the connection is dead. */
  private static final int STALLED = 10;

  private static final long FIRST_PAUSE = Duration.ofMillis(50).toNanos();
  private static final long LONGEST_PAUSE = Duration.ofSeconds(2).toNanos();

  private final NetClient client;
  private final Context loop;
  private final RedisAddress address;
  private final Optional<ServerLogin> login;
  private final Optional<RedisClusterSettings.Tls> tls;
  private final long timeout;
  private final CircuitBreaker breaker = new CircuitBreaker();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private Buffer unsent = Buffer.buffer();
  private int unsentCalls;
  private RespReplyParser parser = new RespReplyParser();
  private @Nullable NetSocket socket;
  private boolean connecting;
  private boolean heard;
  private boolean flushing;
  private long pause = FIRST_PAUSE;
  private long notBefore = System.nanoTime();

  /** A call that was sent. It ends once; a later answer is dropped. */
  private static final class Waiting {
    private final Completable<RespReply> then;
    private final long since;
    private boolean over;

    Waiting(Completable<RespReply> then, long since) {
      this.then = then;
      this.since = since;
    }

    void answer(RespReply reply) {
      end(reply, null);
    }

    void fail(String reason) {
      if (!over) {
        end(null, new RedisUnavailableException(reason));
      }
    }

    /** An error of one caller is kept from the others, whose answers come behind. */
    private void end(@Nullable RespReply reply, @Nullable Throwable failure) {
      if (over) {
        return;
      }
      over = true;
      try {
        then.complete(reply, failure);
      } catch (RuntimeException e) {
        LOG.atError().setCause(e).log("an answer of Redis was dropped");
      }
    }
  }

  PipelinedConnection(
      NetClient client, Context loop, RedisAddress address, RedisClusterSettings cluster) {
    this.client = client;
    this.loop = loop;
    this.address = address;
    this.login = cluster.login();
    this.tls = cluster.tls();
    this.timeout = cluster.timeout().toNanos();
  }

  /**
   * Ends with the answer, or with {@link RedisUnavailableException} after the timeout, or at once
   * where there is no hope.
   */
  void send(RespCommand command, Completable<RespReply> then) {
    long now = System.nanoTime();
    if (breaker.admits(now)) {
      ask(command, then, now);
    } else {
      refuse(then, "hasn't answered recently");
    }
  }

  /** The same, whatever it answered lately: for a few calls that look how it is. */
  Future<RespReply> ask(RespCommand command) {
    return Future.future(promise -> ask(command, promise, System.nanoTime()));
  }

  private void ask(RespCommand command, Completable<RespReply> then, long now) {
    if (socket == null && !connecting && now - notBefore < 0) {
      refuse(then, "can't be reached");
      return;
    }
    if (waiting.size() >= MOST_WAITING) {
      refuse(then, "has too many calls waiting");
      return;
    }
    waiting.add(new Waiting(then, now));
    command.appendTo(unsent);
    unsentCalls++;
    if (socket != null) {
      flushSoon();
    } else if (!connecting) {
      connect();
    }
  }

  private void refuse(Completable<RespReply> then, String why) {
    then.complete(null, new RedisUnavailableException(address + " " + why));
  }

  /** Fails the calls that have waited too long. Their answers may still come and are dropped. */
  void sweep() {
    long now = System.nanoTime();
    var late =
        waiting.stream()
            .takeWhile(call -> now - call.since >= timeout)
            .filter(call -> !call.over)
            .toList();
    if (breaker.late(late.size(), now)) {
      told("doesn't answer: it is retried from time to time");
    }
    String reason =
        address + " didn't answer in time" + (connecting ? RedisErrorAdvice.unanswered(tls) : "");
    for (var call : late) { // who waited for it may send another one at once
      call.fail(reason);
    }
    var oldest = waiting.peek();
    if (socket != null && oldest != null && now - oldest.since > STALLED * timeout) {
      broken("stalled");
    }
  }

  void close() {
    giveUp("closed");
  }

  private void connect() {
    connecting = true;
    client
        .connect(address.port(), address.host())
        .onSuccess(this::connected)
        .onFailure(e -> broken(RedisErrorAdvice.words(e, tls)));
  }

  private void connected(NetSocket open) {
    connecting = false;
    socket = open;
    heard = false;
    parser = new RespReplyParser();
    open.handler(bytes -> afterwards(() -> received(open, bytes)));
    open.exceptionHandler(e -> afterwards(() -> failed(open, e)));
    open.closeHandler(_ -> afterwards(() -> closed(open)));
    login.ifPresentOrElse(l -> introduce(open, l), this::admitted);
    flush();
  }

  /** Not within the read itself: until that ends, Vert.x keeps back whatever is written. */
  private void afterwards(Runnable what) {
    loop.runOnContext(_ -> what.run());
  }

  /** Goes ahead of all that waits; its answer is the first. */
  private void introduce(NetSocket open, ServerLogin as) {
    Promise<RespReply> promise = Promise.promise();
    waiting.addFirst(new Waiting(promise, System.nanoTime()));
    var greeting = Buffer.buffer();
    RespCommand.of(List.of("AUTH", as.user(), as.password())).appendTo(greeting);
    open.write(greeting);
    promise
        .future()
        .onSuccess(reply -> {
          if (reply instanceof RespReply.Refused(String message)) {
            broken(RedisErrorAdvice.words(message).orElse(message));
          } else {
            admitted();
          }
        });
  }

  private void admitted() {
    pause = FIRST_PAUSE;
    LOG.atInfo().addKeyValue("node", address).log("connected to Redis");
  }

  private void flushSoon() {
    if (unsentCalls >= PORTION) {
      write();
    } else if (!flushing) {
      flushing = true;
      loop.runOnContext(_ -> flush());
    }
  }

  private void flush() {
    flushing = false;
    write();
  }

  private void write() {
    var open = socket;
    if (open != null && unsentCalls > 0) {
      open.write(unsent);
      forgetUnsent();
    }
  }

  private void forgetUnsent() {
    unsent = Buffer.buffer();
    unsentCalls = 0;
  }

  private void received(NetSocket from, Buffer bytes) {
    if (!from.equals(socket)) {
      return;
    }
    heard = true;
    try {
      for (var reply : parser.feed(bytes.getBytes())) {
        if (!from.equals(socket)) {
          return;
        }
        var call = waiting.poll();
        if (call == null) {
          throw new RespReplyParser.Malformed("an answer without a call");
        }
        if (!call.over && breaker.answered()) {
          told("answers again");
        }
        call.answer(reply);
      }
    } catch (RespReplyParser.Malformed e) {
      broken(String.valueOf(e.getMessage()));
    }
  }

  private void told(String what) {
    LOG.atWarn().addKeyValue("node", address).addKeyValue("it", what).log("a Redis node changed");
  }

  private void failed(NetSocket which, Throwable e) {
    boolean unheard = tls.isEmpty() && !heard;
    ended(which, RedisErrorAdvice.words(e, tls) + (unheard ? RedisErrorAdvice.closed(tls) : ""));
  }

  private void closed(NetSocket which) {
    ended(which, "closed by the node" + (heard ? "" : RedisErrorAdvice.closed(tls)));
  }

  /** A connection that was given up before may still say that it ended. */
  private void ended(NetSocket which, String reason) {
    if (which.equals(socket)) {
      broken(reason);
    }
  }

  private void broken(String reason) {
    if (socket != null) {
      LOG.atWarn()
          .addKeyValue("node", address)
          .addKeyValue("reason", reason)
          .log("lost a connection to Redis");
    }
    giveUp(reason);
  }

  /** Fails who waits. */
  private void giveUp(String reason) {
    var last = socket;
    socket = null;
    connecting = false;
    forgetUnsent();
    notBefore = System.nanoTime() + pause;
    pause = Math.min(LONGEST_PAUSE, pause * 2);
    if (last != null) {
      last.close();
    }
    var failed = new ArrayDeque<>(waiting);
    waiting.clear();
    failed.forEach(call -> call.fail(address + ": " + reason));
  }
}
