package dev.deployclaw.ratelimit.envoy;

import dev.deployclaw.policy.gateway.EnvoyDescriptor;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.BucketId;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.RateLimitQuotaUsageReports;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.RateLimitQuotaUsageReports.BucketQuotaUsage;
import java.util.List;

/**
 * What an Envoy did with the requests of one bucket since its last report. Its {@code time_elapsed}
 * isn't used: Envoy counts it in whole seconds, so that it is often 0.
 */
record QuotaReport(BucketId bucket, long allowed, long denied) {
  /** Of one message: Envoy reports all its buckets in one. */
  private static final int MOST = 2 * QuotaStream.MOST_BUCKETS;

  private static final int LONGEST_BUCKET = 4 << 10;

  /**
   * The reports of a message, in their order.
   *
   * @throws IllegalArgumentException where the message is none by its published rules
   */
  static List<QuotaReport> of(RateLimitQuotaUsageReports message) {
    int count = message.getBucketQuotaUsagesCount();
    if (count == 0 || count > MOST) {
      throw new IllegalArgumentException("bucket_quota_usages: 1 to " + MOST + " are taken");
    }
    return message.getBucketQuotaUsagesList().stream().map(QuotaReport::of).toList();
  }

  private static QuotaReport of(BucketQuotaUsage usage) {
    var bucket = usage.getBucketId();
    if (bucket.getBucketCount() == 0) {
      throw new IllegalArgumentException("bucket_id is empty");
    }
    if (bucket.getSerializedSize() > LONGEST_BUCKET) {
      throw new IllegalArgumentException("bucket_id exceeds " + LONGEST_BUCKET + " bytes");
    }
    return new QuotaReport(
        bucket,
        count("num_requests_allowed", usage.getNumRequestsAllowed()),
        count("num_requests_denied", usage.getNumRequestsDenied()));
  }

  /** Unsigned: a negative number is a large one. */
  private static long count(String field, long requests) {
    if (requests < 0 || requests > EnvoyDescriptor.MOST_HITS) {
      throw new IllegalArgumentException(
          field + " exceeds the limit of " + EnvoyDescriptor.MOST_HITS);
    }
    return requests;
  }
}
