package dev.deployclaw.ratelimit;

import com.google.protobuf.Duration;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.BucketId;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.RateLimitQuotaResponse;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.RateLimitQuotaResponse.BucketAction;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.RateLimitQuotaServiceGrpc;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.RateLimitQuotaUsageReports;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.RateLimitQuotaUsageReports.BucketQuotaUsage;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An Envoy's end of the quota protocol: a real gRPC client of the published service. */
final class QuotaClient implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  /** The least that HTTP/2 begins with; gRPC would have sixteen times as much. */
  private static final int SMALL_WINDOW = 65_535;

  private final ManagedChannel channel;
  private final BlockingQueue<RateLimitQuotaResponse> received = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> ended = new CompletableFuture<>();
  private final boolean reads;
  private @Nullable ClientCallStreamObserver<RateLimitQuotaUsageReports> stream;

  private QuotaClient(ManagedChannel channel, boolean reads, String compression) {
    this.channel = channel;
    this.reads = reads;
    var stub = RateLimitQuotaServiceGrpc.newStub(channel);
    (compression.isEmpty() ? stub : stub.withCompression(compression))
        .streamRateLimitQuotas(new Received());
  }

  static QuotaClient to(Estate estate) {
    return new QuotaClient(channel(estate), true, "");
  }

  /** One that reads nothing until it is told to. */
  static QuotaClient deaf(Estate estate) {
    return new QuotaClient(builder(estate).flowControlWindow(SMALL_WINDOW).build(), false, "");
  }

  static QuotaClient compressing(Estate estate) {
    return new QuotaClient(channel(estate), true, "gzip");
  }

  /** Another stream on the same connection. */
  QuotaClient another() {
    return new QuotaClient(channel, true, "");
  }

  static ManagedChannel channel(Estate estate) {
    return builder(estate).build();
  }

  private static NettyChannelBuilder builder(Estate estate) {
    return NettyChannelBuilder.forAddress("127.0.0.1", estate.grpcPort()).usePlaintext();
  }

  private final class Received
      implements ClientResponseObserver<RateLimitQuotaUsageReports, RateLimitQuotaResponse> {
    @Override
    public void beforeStart(ClientCallStreamObserver<RateLimitQuotaUsageReports> out) {
      stream = out;
      if (!reads) {
        out.disableAutoRequestWithInitial(0);
      }
    }

    @Override
    public void onNext(RateLimitQuotaResponse response) {
      received.add(response);
    }

    @Override
    public void onError(Throwable error) {
      ended.complete(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
      ended.complete(Status.OK);
    }
  }

  /** The bucket of a tenant's requests to one path. */
  static BucketId bucket(String tenant) {
    return bucket(tenant, "10.0.0.1");
  }

  static BucketId bucket(String tenant, String client) {
    return BucketId.newBuilder()
        .putAllBucket(
            Map.of(
                "dc_host",
                tenant + ".api.example.com",
                "dc_method",
                "GET",
                "dc_uri",
                "/pay",
                "remote_address",
                client))
        .build();
  }

  void report(BucketId bucket, long allowed, long denied) {
    send(
        RateLimitQuotaUsageReports.newBuilder()
            .setDomain("edge-1")
            .addBucketQuotaUsages(usage(bucket, allowed, denied))
            .build());
  }

  /** As Envoy reports: in whole seconds, so that the time is often none. */
  static BucketQuotaUsage usage(BucketId bucket, long allowed, long denied) {
    return BucketQuotaUsage.newBuilder()
        .setBucketId(bucket)
        .setTimeElapsed(Duration.getDefaultInstance())
        .setNumRequestsAllowed(allowed)
        .setNumRequestsDenied(denied)
        .build();
  }

  void send(RateLimitQuotaUsageReports message) {
    open().onNext(message);
  }

  void read(int messages) {
    open().request(messages);
  }

  void halfClose() {
    open().onCompleted();
  }

  /** The next message of the service. */
  RateLimitQuotaResponse next() throws InterruptedException {
    return Objects.requireNonNull(
        received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "the service sent nothing");
  }

  /** What the next message says in the end: of its actions the last one holds. */
  BucketAction action() throws InterruptedException {
    var actions = next().getBucketActionList();
    return actions.getLast();
  }

  /** How the service ended the call. */
  Status ended() throws Exception {
    return ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  boolean isOpen() {
    return !ended.isDone();
  }

  private ClientCallStreamObserver<RateLimitQuotaUsageReports> open() {
    return Objects.requireNonNull(stream);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
