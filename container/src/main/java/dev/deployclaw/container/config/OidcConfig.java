package dev.deployclaw.container.config;

import java.net.URI;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The OpenID Connect provider whose tokens people show.
 *
 * @param issuer as its tokens name it; its keys are found from there (OpenID Connect Discovery 1.0)
 * @param audience for which a token has to be
 * @param nameClaim under whose value a person asks and approves
 * @param rolesClaim whose values give roles; dots lead into objects, {@code realm_access.roles}
 * @param roles of each role the values that give it; no other value gives any
 */
public record OidcConfig(
    URI issuer,
    String audience,
    String nameClaim,
    String rolesClaim,
    Map<ApiRole, Set<String>> roles) {
  public OidcConfig {
    roles = Map.copyOf(roles);
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
