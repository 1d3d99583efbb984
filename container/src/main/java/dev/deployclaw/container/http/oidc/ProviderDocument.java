package dev.deployclaw.container.http.oidc;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a provider says of itself (OpenID Connect Discovery 1.0, RFC 8414), as far as it is used. A
 * provider that is reached by TLS names no address without.
 *
 * @param browsers how people sign in there; empty where it doesn't say
 */
record ProviderDocument(URI keys, Optional<SignInEndpoints> browsers) {

  /**
   * For the authorization code flow.
   *
   * @param namesItself whether each answer that a browser brings names its issuer (RFC 9207)
   * @param secretInBody whether a client's secret goes into the body, for it takes no header
   */
  record SignInEndpoints(URI authorization, URI token, boolean namesItself, boolean secretInBody) {}

  /**
   * Reads a discovery document.
   *
   * @throws IOException where it isn't this issuer's, or names no keys
   */
  static ProviderDocument of(URI issuer, Map<String, Object> fields) throws IOException {
    if (!issuer.toString().equals(fields.get("issuer"))) {
      throw new IOException("the discovery document is from another issuer");
    }
    boolean plain = "http".equals(issuer.getScheme());
    var browsers =
        fields.get("authorization_endpoint") == null || fields.get("token_endpoint") == null
            ? Optional.<SignInEndpoints>empty()
            : Optional.of(endpoints(fields, plain));
    return new ProviderDocument(address(fields, "jwks_uri", plain), browsers);
  }

  private static SignInEndpoints endpoints(Map<String, Object> fields, boolean plain)
      throws IOException {
    var ways =
        fields.get("token_endpoint_auth_methods_supported") instanceof List<?> list
            ? list
            : List.of("client_secret_basic");
    return new SignInEndpoints(
        address(fields, "authorization_endpoint", plain),
        address(fields, "token_endpoint", plain),
        Boolean.TRUE.equals(fields.get("authorization_response_iss_parameter_supported")),
        !ways.contains("client_secret_basic") && ways.contains("client_secret_post"));
  }

  private static URI address(Map<String, Object> fields, String name, boolean plain)
      throws IOException {
    @Nullable Object written = fields.get(name);
    try {
      var uri = URI.create(String.valueOf(written));
      if (uri.getHost() != null
          && uri.getRawFragment() == null
          && ("https".equals(uri.getScheme()) || (plain && "http".equals(uri.getScheme())))) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw new IOException(name + " isn't an address", e);
    }
    throw new IOException(name + " isn't an https address");
  }
}
