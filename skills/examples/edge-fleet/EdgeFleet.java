import com.google.gson.*;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.deployclaw.executors.protocol.v1.*;
import dev.deployclaw.executors.protocol.v1.MemberReport.Answer;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.*;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.*;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.*;
import java.nio.charset.StandardCharsets;
import java.security.*;
import java.time.Duration;
import java.util.*;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A participant for an edge network whose points of presence are reached over HTTP, each a member:
 * {@code EdgeFleet fra=http://10.0.0.1 nyc=http://10.0.1.1}.
 *
 * <p>It keeps nothing itself. A point of presence has {@code policies/EPOCH} (what is staged),
 * {@code active} (the epoch and digest that it loads) and {@code fence} (the newest term and epoch
 * that wrote there), each with an ETag that a write compares. {@code enforced} is the SHA-256 of
 * the policy set that it really enforces.
 */
public final class EdgeFleet extends ExecutorHostGrpc.ExecutorHostImplBase {
  private static final String NAME = "edge-fleet";
  private static final int REVISION = 1;
  private static final int KEPT_CONTENTS = 16;
  private static final int MOST_BYTES = 64 << 20;
  private static final int MOST_USED_GRANTS = 100_000;
  private static final int MOST_TRIES = 3;
  private static final Map<String, EffectClass> OPERATIONS =
      Map.of(
          "enforced", EffectClass.OBSERVE,
          "observe", EffectClass.OBSERVE,
          "stage", EffectClass.STAGE,
          "prepare", EffectClass.STAGE,
          "publish", EffectClass.ACTIVATE,
          "converge", EffectClass.OBSERVE,
          "discard", EffectClass.DESTROY);

  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
  private final Map<String, URI> members = new TreeMap<>();
  private final Map<String, Long> used = new HashMap<>();
  private final Deque<ByteString> contents = new ArrayDeque<>();
  private final String incarnation = UUID.randomUUID().toString();
  private final byte[] key;

  private EdgeFleet(byte[] key, List<String> members) {
    this.key = key;
    for (String member : members) {
      String[] nameAndUrl = member.split("=", 2);
      this.members.put(NAME + "/" + nameAndUrl[0], URI.create(nameAndUrl[1] + "/"));
    }
  }

  /** Serves until standard input ends. */
  public static void main(String[] args) throws Exception {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    var plugin = new EdgeFleet(HexFormat.of().parseHex(in.readLine()), List.of(args));
    var loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    var socket = UnixDomainSocketAddress.of(System.getenv("DEPLOYCLAW_HOST_SOCKET"));
    NettyServerBuilder.forAddress(socket)
        .channelType(NioServerDomainSocketChannel.class)
        .bossEventLoopGroup(loop)
        .workerEventLoopGroup(loop)
        .withChildOption(ChannelOption.SO_KEEPALIVE, null) // a Unix socket has none
        .maxInboundMessageSize(MOST_BYTES)
        .addService(plugin)
        .build()
        .start();
    System.out.println("ready");
    while (in.readLine() != null) {}
    System.exit(0);
  }

  /** A call that ends with this instead of reports. */
  private static final class EndedException extends Exception {
    private final transient Outcome.Builder outcome;

    EndedException(Outcome.Builder outcome) {
      this.outcome = outcome;
    }

    EndedException(Fault.Kind kind, String reason) {
      this(Outcome.newBuilder().setFault(Fault.newBuilder().setKind(kind).setReason(reason)));
    }
  }

  @Override
  public void handshake(HandshakeRequest asked, StreamObserver<HandshakeReply> reply) {
    boolean spoken = asked.getOldestRevision() <= REVISION && REVISION <= asked.getNewestRevision();
    var executor = ExecutorDescription.newBuilder().setName(NAME);
    OPERATIONS.forEach((verb, effect) ->
        executor.addOperations(OperationDescription.newBuilder().setVerb(verb).setEffect(effect)));
    send(
        reply,
        HandshakeReply.newBuilder()
            .setRevision(spoken ? REVISION : 0)
            .setProblem(spoken ? "" : "revision " + REVISION + " alone is spoken here")
            .setHost(NAME)
            .setIncarnation(incarnation)
            .addExecutors(executor)
            .build());
  }

  @Override
  public synchronized void putContent(Content put, StreamObserver<PutContentReply> reply) {
    contents.remove(put.getBytes());
    contents.addLast(put.getBytes());
    if (contents.size() > KEPT_CONTENTS) {
      contents.removeFirst();
    }
    send(reply, PutContentReply.newBuilder().setSha256(sha256(put.getBytes())).build());
  }

  @Override
  public void execute(SealedCall sealed, StreamObserver<Outcome> reply) {
    Outcome.Builder outcome;
    try {
      var call = granted(sealed);
      var done = Done.newBuilder().setFacts("{}");
      long share = call.getTimeoutNanos() / members.size(); // a silent member leaves the others time
      for (var member : members.entrySet()) {
        done.addReports(new Edge(member, call, System.nanoTime() + share).report());
      }
      outcome = Outcome.newBuilder().setDone(done);
    } catch (EndedException e) {
      outcome = e.outcome;
    } catch (InterruptedException | RuntimeException e) {
      outcome = new EndedException(Fault.Kind.UNKNOWN, e.toString()).outcome;
    }
    send(reply, outcome.build());
  }

  /** The call, if its grant is good for it and wasn't used before. */
  private GrantedCall granted(SealedCall sealed) throws EndedException {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      byte[] seal = mac.doFinal(sealed.getCall().toByteArray());
      if (!MessageDigest.isEqual(seal, sealed.getSeal().toByteArray())) {
        throw ungranted("its seal is wrong");
      }
      var call = GrantedCall.parseFrom(sealed.getCall());
      String verb = call.getCallCase().name().toLowerCase(Locale.ROOT);
      var effect = OPERATIONS.get(call.hasLook() ? call.getLook().getVerb() : verb);
      boolean spelt = call.hasLook() == "enforced".equals(call.getLook().getVerb());
      if (!call.getExecutor().equals(NAME) || effect == null || !spelt) {
        throw ungranted("there is no such operation here");
      }
      boolean acts = effect == EffectClass.ACTIVATE || effect == EffectClass.DESTROY;
      if (acts && call.getPurpose().getExecution().isEmpty()) {
        throw ungranted("it names no execution");
      }
      use(call.getGrant(), call.getExpiresMonotonicNanos());
      return call;
    } catch (GeneralSecurityException | InvalidProtocolBufferException e) {
      throw ungranted(e.toString());
    }
  }

  private synchronized void use(String grant, long expires) throws EndedException {
    long now = System.nanoTime();
    used.values().removeIf(until -> until - now <= 0);
    if (expires - now <= 0 || used.containsKey(grant) || used.size() >= MOST_USED_GRANTS) {
      throw ungranted("its grant expired, or was used before");
    }
    used.put(grant, expires);
  }

  private static EndedException ungranted(String why) {
    return new EndedException(Fault.Kind.UNGRANTED, "the call was refused: " + why);
  }

  /** One call at one member. */
  private final class Edge {
    private final Map.Entry<String, URI> member;
    private final GrantedCall call;
    private final long until;

    Edge(Map.Entry<String, URI> member, GrantedCall call, long until) {
      this.member = member;
      this.call = call;
      this.until = until;
    }

    MemberReport report() throws EndedException, InterruptedException {
      try {
        return switch (call.getCallCase()) {
          case LOOK -> say(Answer.YES, text("enforced").orElse(""));
          case OBSERVE -> observe();
          case STAGE -> stage(call.getStage());
          case PREPARE -> prepare(call.getPrepare());
          case PUBLISH -> publish(call.getPublish());
          case CONVERGE -> converge(call.getConverge());
          case DISCARD -> discard(call.getDiscard().getEpoch());
          default -> throw ungranted("there is no such operation here");
        };
      } catch (IOException e) {
        return say(Answer.UNKNOWN, e.toString());
      }
    }

    private MemberReport observe() throws IOException, InterruptedException {
      var facts = new JsonObject();
      var active = text("active");
      active.ifPresent(text -> facts.addProperty("active", text));
      active
          .filter(text -> text.matches("\\d{1,18} [0-9a-f]{64}"))
          .ifPresent(text -> facts.addProperty("epoch", Long.parseLong(text.split(" ")[0])));
      var seen = say(Answer.YES, text("enforced").orElse(""));
      return seen.toBuilder().setFacts(facts.toString()).build();
    }

    private MemberReport stage(Activation a)
        throws IOException, InterruptedException, EndedException {
      raise(a.getEpoch(), false);
      String place = "policies/" + a.getEpoch();
      var there = get(place);
      if (there.statusCode() == 404) {
        put(place, set(a).toByteArray(), there);
        there = get(place);
      }
      return sha256(ByteString.copyFrom(there.body())).equals(a.getSet().getDigest())
          ? say(Answer.YES, a.getSet().getDigest())
          : say(Answer.NO, "epoch " + a.getEpoch() + " holds another policy set");
    }

    private MemberReport prepare(Activation a)
        throws IOException, InterruptedException, EndedException {
      if (a.hasRestoresSha256() && found(a).isEmpty()) {
        return say(Answer.SKIPPED, "wasn't seen before the first change, and keeps what it has");
      }
      var staged = get("policies/" + a.getEpoch());
      return staged.statusCode() == 200 && set(a).equals(ByteString.copyFrom(staged.body()))
          ? say(Answer.YES, a.getSet().getDigest())
          : say(Answer.NO, "epoch " + a.getEpoch() + " isn't staged as it is wanted");
    }

    private MemberReport publish(Activation a)
        throws IOException, InterruptedException, EndedException {
      for (int tries = 0; tries < MOST_TRIES; tries++) {
        raise(a.getEpoch(), true);
        var active = get("active");
        var voted = prepare(a);
        if (voted.getAnswer() != Answer.YES || put("active", wanted(a), active)) {
          return voted;
        }
      }
      return say(Answer.UNKNOWN, "the active epoch keeps changing");
    }

    private MemberReport converge(Activation a)
        throws IOException, InterruptedException, EndedException {
      if (a.hasRestoresSha256() && found(a).isEmpty()) {
        return prepare(a);
      }
      String digest = a.getSet().getDigest();
      String active = text("active").orElse(null);
      boolean enforced = a.hasRestoresSha256() || text("enforced").filter(digest::equals).isPresent();
      return enforced && Arrays.equals(wanted(a), active == null ? null : utf8(active))
          ? say(Answer.YES, digest)
          : say(Answer.NO, "enforces something else; active says " + active);
    }

    private MemberReport discard(long epoch)
        throws IOException, InterruptedException, EndedException {
      raise(Long.MAX_VALUE, false);
      if (text("active").filter(t -> t.startsWith(epoch + " ")).isPresent()) {
        return say(Answer.NO, "epoch " + epoch + " is published");
      }
      send("policies/" + epoch, HttpRequest.newBuilder().DELETE());
      return say(Answer.YES, "");
    }

    /** What {@code active} has to say; null where it wasn't there before the first change. */
    private byte[] wanted(Activation a) throws EndedException {
      if (!a.hasRestoresSha256()) {
        return utf8(a.getEpoch() + " " + a.getSet().getDigest());
      }
      var active = found(a).map(facts -> facts.get("active"));
      return active.isEmpty() ? null : utf8(active.get().getAsString());
    }

    /** What this member reported before the first change. */
    private Optional<JsonObject> found(Activation a) throws EndedException {
      var all = JsonParser.parseString(bytes(a.getRestoresSha256()).toStringUtf8());
      var mine = all.getAsJsonObject().getAsJsonArray(NAME);
      return (mine == null ? new JsonArray() : mine)
          .asList().stream()
          .map(facts -> facts.getAsJsonObject())
          .filter(f -> f.get("member").getAsString().equals(member.getKey()) && !f.has("unseen"))
          .findFirst();
    }

    /** Refuses an older leader or epoch; makes this term, and a published epoch, the newest. */
    private void raise(long epoch, boolean published)
        throws IOException, InterruptedException, EndedException {
      for (int tries = 0; tries < MOST_TRIES; tries++) {
        var there = get("fence");
        String[] newest = (there.statusCode() == 404 ? "0 0" : text(there)).split(" ");
        long last = Long.parseLong(newest[1]);
        if (call.getFence().getTerm() < Long.parseLong(newest[0]) || epoch < last) {
          String why = "the newer term or epoch " + String.join("/", newest) + " wrote there";
          throw new EndedException(Fault.Kind.CONFLICT, member.getKey() + ": " + why);
        }
        String mark = call.getFence().getTerm() + " " + (published ? epoch : last);
        if (mark.equals(String.join(" ", newest)) || put("fence", utf8(mark), there)) {
          return;
        }
      }
      throw new IOException("the fence keeps changing");
    }

    /** Whether it was written: not where it was changed since it was read. */
    private boolean put(String place, byte[] bytes, HttpResponse<byte[]> read)
        throws IOException, InterruptedException {
      var request = HttpRequest.newBuilder();
      var tag = read.headers().firstValue("ETag");
      request.header(tag.isPresent() ? "If-Match" : "If-None-Match", tag.orElse("*"));
      var body = bytes == null ? null : HttpRequest.BodyPublishers.ofByteArray(bytes);
      return send(place, body == null ? request.DELETE() : request.PUT(body)).statusCode() != 412;
    }

    private HttpResponse<byte[]> get(String place) throws IOException, InterruptedException {
      return send(place, HttpRequest.newBuilder().GET());
    }

    private Optional<String> text(String place) throws IOException, InterruptedException {
      return Optional.of(get(place)).filter(a -> a.statusCode() != 404).map(a -> text(a));
    }

    private static String text(HttpResponse<byte[]> answer) {
      return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private HttpResponse<byte[]> send(String place, HttpRequest.Builder request)
        throws IOException, InterruptedException {
      var left = Duration.ofNanos(Math.max(1, until - System.nanoTime()));
      var all = request.uri(member.getValue().resolve(place)).timeout(left);
      var answer = client.send(all.build(), HttpResponse.BodyHandlers.ofByteArray());
      if (answer.statusCode() >= 300 && answer.statusCode() != 404 && answer.statusCode() != 412) {
        throw new IOException(place + " answers " + answer.statusCode());
      }
      return answer;
    }

    /** With a digest for YES, and a reason for everything else. */
    private MemberReport say(Answer answer, String text) {
      var report = MemberReport.newBuilder().setMember(member.getKey()).setAnswer(answer).setFacts("{}");
      return (answer == Answer.YES ? report.setDigest(text) : report.setReason(text)).build();
    }
  }

  /** The policy set of an activation, if it is the one of its digest. */
  private ByteString set(Activation a) throws EndedException {
    var bytes = bytes(a.getSet().getContentSha256());
    if (!sha256(bytes).equals(a.getSet().getDigest())) {
      throw new EndedException(Fault.Kind.INVALID, "the policy set has another digest");
    }
    return bytes;
  }

  private synchronized ByteString bytes(String sha256) throws EndedException {
    var missing = ContentNeeded.newBuilder().addSha256(sha256);
    return contents.stream()
        .filter(bytes -> sha256(bytes).equals(sha256))
        .findFirst()
        .orElseThrow(() -> new EndedException(Outcome.newBuilder().setContentNeeded(missing)));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String sha256(ByteString bytes) {
    try {
      var digest = MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());
      return HexFormat.of().formatHex(digest);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static <T> void send(StreamObserver<T> to, T message) {
    to.onNext(message);
    to.onCompleted();
  }
}
