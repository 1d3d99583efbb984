package dev.deployclaw.policy.wire;

/**
 * The headers between a gateway and the rate limit service. A gateway overwrites the first ones.
 */
public final class DecideHeaders {
  /** The gateway's name in the policy set. */
  public static final String GATEWAY = "X-DC-Gateway";

  public static final String HOST = "X-DC-Host";
  public static final String METHOD = "X-DC-Method";
  public static final String URI = "X-DC-Uri";

  /** The client's address. */
  public static final String CLIENT = "X-DC-Client";

  /** The client's {@link #PROBE_TOKEN}, passed on. */
  public static final String TOKEN = "X-DC-Token";

  /** What a synthetic request carries when it enters the gateway. */
  public static final String PROBE_TOKEN = "DC-Probe";

  /** The client's own, in lower case: a bearer token where a claim names the tenant. */
  public static final String AUTHORIZATION = "authorization";

  /** Answer: the scheme by which a client proves who it is, where it didn't (RFC 6750). */
  public static final String CHALLENGE = "WWW-Authenticate";

  /** Answer: the epoch that decided; absent where none did. */
  public static final String EPOCH = "X-DC-Epoch";

  /** Answer: the digest of the rules that decided. */
  public static final String RULE = "X-DC-Rule";

  /** Answer: {@code 1} for a verified probe. */
  public static final String PROBE = "X-DC-Probe";

  /**
   * Answer: what the request holds under concurrency limits until it is over, to be sent to {@code
   * POST /v1/release} then; absent where it holds nothing.
   */
  public static final String LEASE = "X-DC-Lease";

  /** Answer: why Redis didn't decide; absent where it did. */
  public static final String FAILURE = "X-DC-Failure";

  /** Answer: whose policy decided; absent where the request is nobody's. */
  public static final String TENANT = "X-DC-Tenant";

  public static final String RATE_LIMIT = "RateLimit";
  public static final String RATE_LIMIT_POLICY = "RateLimit-Policy";

  /** Of the limit with the least left, as gateways said it before there was a draft. */
  public static final String OLD_LIMIT = "X-RateLimit-Limit";

  public static final String OLD_REMAINING = "X-RateLimit-Remaining";
  public static final String OLD_RESET = "X-RateLimit-Reset";

  public static final String RETRY_AFTER = "Retry-After";

  private DecideHeaders() {}
}
