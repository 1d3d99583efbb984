package dev.deployclaw.policy.gateway;

import java.util.List;

/**
 * The descriptor by which a rendered Envoy asks about a request: what {@code auth_request} tells in
 * headers, as entries. The domain is the gateway's name.
 */
public final class EnvoyDescriptor {
  public static final String HOST = "dc_host";
  public static final String METHOD = "dc_method";
  public static final String URI = "dc_uri";

  /** The client's address; the name is Envoy's own. */
  public static final String CLIENT = "remote_address";

  /** The token of a synthetic request. */
  public static final String TOKEN = "dc_token";

  /** The most requests that one call may ask for. */
  public static final long MOST_HITS = 1_000_000_000L;

  private static final String HEADER = "dc_header.";
  private static final List<String> KNOWN = List.of(HOST, METHOD, URI, CLIENT, TOKEN);

  private EnvoyDescriptor() {}

  /** The entry of a request header, by its lower-case name. */
  public static String header(String name) {
    return HEADER + name;
  }

  /** Whether an entry is one of these. */
  public static boolean knows(String key) {
    return KNOWN.contains(key) || key.startsWith(HEADER);
  }

  public static String known() {
    return String.join(", ", HOST, METHOD, URI, CLIENT, TOKEN, HEADER + "NAME");
  }
}
