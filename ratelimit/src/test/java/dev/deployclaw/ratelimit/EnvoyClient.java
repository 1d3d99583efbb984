package dev.deployclaw.ratelimit;

import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor.Entry;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Asks over real gRPC as an Envoy does. */
final class EnvoyClient implements AutoCloseable {
  private final ManagedChannel channel;

  EnvoyClient(int port) {
    channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  RateLimitResponse ask(RateLimitRequest request) {
    return RateLimitServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(Estate.LONG.toSeconds(), TimeUnit.SECONDS)
        .shouldRateLimit(request);
  }

  static RateLimitRequest request(RateLimitDescriptor... descriptors) {
    return RateLimitRequest.newBuilder()
        .setDomain("edge-1")
        .addAllDescriptors(List.of(descriptors))
        .build();
  }

  /** Of an ordinary request of a tenant. */
  static RateLimitDescriptor descriptor(String tenant) {
    var host =
        with(RateLimitDescriptor.getDefaultInstance(), "dc_host", tenant + ".api.example.com");
    var uri = with(with(host, "dc_method", "GET"), "dc_uri", "/pay");
    return with(uri, "remote_address", "10.0.0.1");
  }

  static RateLimitDescriptor with(RateLimitDescriptor to, String key, String value) {
    return to.toBuilder().addEntries(Entry.newBuilder().setKey(key).setValue(value)).build();
  }

  /** What the client is told. */
  static Map<String, String> headers(RateLimitResponse response) {
    return response.getResponseHeadersToAddList().stream()
        .collect(Collectors.toMap(h -> h.getKey(), h -> h.getValue()));
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
