package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.config.OidcConfig;
import dev.deployclaw.container.config.yaml.ConfigSection;
import java.net.URI;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the section {@code serve.oidc}. */
final class OidcConfigReader {
  private static final String ISSUER = "issuer";
  private static final String ROLES = "roles";
  private static final Pattern LOOPBACK =
      Pattern.compile("http://(localhost|127(\\.\\d{1,3}){3}|\\[::1])([:/].*)?");

  private OidcConfigReader() {}

  static OidcConfig read(ConfigSection f) {
    String issuer = f.url(ISSUER);
    if (!issuer.isEmpty()
        && !issuer.startsWith("https://")
        && !LOOPBACK.matcher(issuer).matches()) {
      f.problem(
          ISSUER,
          f.line(ISSUER),
          "isn't https: its keys could be exchanged on their way",
          "give the https address of the provider");
    }
    if (issuer.indexOf('?') >= 0 || issuer.indexOf('#') >= 0) {
      f.problem(ISSUER, f.line(ISSUER), "has a query or a fragment", "leave it out");
    }
    var oidc =
        new OidcConfig(
            f.make(() -> URI.create(issuer)).orElse(URI.create("")),
            f.required("audience"),
            f.text("nameClaim", "sub"),
            f.required("rolesClaim"),
            roles(f));
    f.done();
    return oidc;
  }

  private static Map<ApiRole, Set<String>> roles(ConfigSection f) {
    var out = new EnumMap<ApiRole, Set<String>>(ApiRole.class);
    var section = f.section(ROLES);
    for (var role : ApiRole.values()) {
      var values = Set.copyOf(section.texts(role.word()));
      if (!values.isEmpty()) {
        out.put(role, values);
      }
    }
    section.done();
    if (out.isEmpty()) {
      f.problem(
          ROLES,
          f.line(ROLES),
          "gives no role to anyone",
          "write which values give it, for example operator: [deployclaw-operators]");
    }
    return out;
  }
}
