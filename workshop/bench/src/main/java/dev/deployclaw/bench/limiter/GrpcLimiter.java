package dev.deployclaw.bench.limiter;

import dev.deployclaw.bench.sample.SampleLimits;
import dev.deployclaw.bench.sample.SampleLimits.Kind;
import dev.deployclaw.policy.gateway.envoy.EnvoyDescriptor;
import dev.deployclaw.testkit.network.HostPort;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.Code;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/** The service as Envoy asks it: one connection, a stream for each request. */
public final class GrpcLimiter implements RateLimiter {
  private final ManagedChannel channel;
  private final RateLimitServiceGrpc.RateLimitServiceStub stub;
  private final List<RateLimitRequest> requests;

  private GrpcLimiter(HostPort server, int tenants) {
    channel =
        NettyChannelBuilder.forAddress(server.host(), server.port())
            .usePlaintext()
            .directExecutor()
            .build();
    stub = RateLimitServiceGrpc.newStub(channel);
    requests = IntStream.range(0, tenants).mapToObj(GrpcLimiter::request).toList();
  }

  public static GrpcLimiter to(HostPort server, int tenants) {
    return new GrpcLimiter(server, tenants);
  }

  @Override
  public String title() {
    return "our service over gRPC";
  }

  @Override
  public CompletionStage<?> ask(int tenant) {
    var answer = new CompletableFuture<RateLimitResponse>();
    stub.shouldRateLimit(requests.get(tenant), new Answered(answer));
    return answer;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  /** Completes once the stream has ended. */
  private static final class Answered implements StreamObserver<RateLimitResponse> {
    private final CompletableFuture<RateLimitResponse> answer;
    private RateLimitResponse last = RateLimitResponse.getDefaultInstance();

    Answered(CompletableFuture<RateLimitResponse> answer) {
      this.answer = answer;
    }

    @Override
    public void onNext(RateLimitResponse response) {
      last = response;
    }

    @Override
    public void onError(Throwable e) {
      answer.completeExceptionally(e);
    }

    @Override
    public void onCompleted() {
      if (last.getOverallCode() == Code.OK) {
        answer.complete(last);
      } else {
        answer.completeExceptionally(new IllegalStateException("answered " + last));
      }
    }
  }

  private static RateLimitRequest request(int tenant) {
    var descriptor =
        RateLimitDescriptor.newBuilder()
            .addEntries(
                entry(EnvoyDescriptor.HOST, SampleLimits.host(Kind.TOKEN_BUCKET.tenant(tenant))))
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
