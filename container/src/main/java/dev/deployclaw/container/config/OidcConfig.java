package dev.deployclaw.container.config;

import dev.deployclaw.container.config.secret.SecretValue;
import java.net.URI;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The OpenID Connect provider whose tokens people show.
 *
 * @param issuer as its tokens name it; its keys are found from there (OpenID Connect Discovery 1.0)
 * @param audience for which a token has to be
 * @param nameClaim under whose value a person asks and approves
 * @param rolesClaim whose values give roles; dots lead into objects, {@code realm_access.roles}
 * @param roles of each role the values that give it; no other value gives any
 * @param console how browsers sign in there; empty where the console takes service tokens alone
 */
public record OidcConfig(
    URI issuer,
    String audience,
    String nameClaim,
    String rolesClaim,
    Map<ApiRole, Set<String>> roles,
    Optional<BrowserClient> console) {
  public OidcConfig {
    roles = Map.copyOf(roles);
  }

  /**
   * The console as a client of the provider.
   *
   * @param origin by which browsers reach the console: scheme, host and port, as {@code Origin}
   *     says
   * @param clientId for which identity tokens have to be
   * @param clientSecret none for a public client
   * @param scopes that are asked for; {@code openid} is among them
   */
  public record BrowserClient(
      String origin, String clientId, SecretValue clientSecret, List<String> scopes) {
    /** Below the origin: where the provider sends browsers back. */
    public static final String CALLBACK = "/console/sign-in/callback";

    public BrowserClient {
      scopes = List.copyOf(scopes);
    }

    /** As it has to be registered with the provider. */
    public String redirectUri() {
      return origin + CALLBACK;
    }
  }

  /** The roles that these values give. Who has one may look, too. */
  public Set<ApiRole> rolesOf(List<String> values) {
    var out = EnumSet.noneOf(ApiRole.class);
    roles.forEach((role, givenBy) -> {
      if (values.stream().anyMatch(givenBy::contains)) {
        out.add(role);
        out.add(ApiRole.VIEWER);
      }
    });
    return out;
  }
}
