package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.config.OidcConfig;
import dev.deployclaw.container.config.OidcConfig.BrowserClient;
import dev.deployclaw.container.config.yaml.ConfigSection;
import java.net.URI;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the section {@code serve.oidc}. */
final class OidcConfigReader {
  private static final String ISSUER = "issuer";
  private static final String ROLES = "roles";
  private static final String CONSOLE = "console";
  private static final Pattern LOOPBACK =
      Pattern.compile("http://(localhost|127(\\.\\d{1,3}){3}|\\[::1])([:/].*)?");

  private static final String URL = "url";
  private static final String SCOPES = "scopes";
  private static final List<String> USUAL_SCOPES = List.of("openid", "profile");

  /** A word of RFC 6749, 3.3. */
  private static final Pattern SCOPE = Pattern.compile("[!#-\\[\\]-~]{1,128}");

  private static final Pattern ORIGIN =
      Pattern.compile("(https?://(?:[a-z0-9.-]+|\\[[0-9a-f:]+])(?::\\d{1,5})?)/?");

  private OidcConfigReader() {}

  static OidcConfig read(ConfigSection f, CredentialFiles files) {
    String issuer = f.url(ISSUER);
    if (isPlain(issuer)) {
      f.wrong(
          ISSUER,
          "isn't https: its keys could be exchanged on their way",
          "give the https address of the provider");
    }
    if (issuer.indexOf('?') >= 0 || issuer.indexOf('#') >= 0) {
      f.wrong(ISSUER, "has a query or a fragment", "leave it out");
    }
    var oidc =
        new OidcConfig(
            f.make(() -> URI.create(issuer)).orElse(URI.create("")),
            f.required("audience"),
            f.text("nameClaim", "sub"),
            f.required("rolesClaim"),
            roles(f),
            f.given(CONSOLE) ? Optional.of(console(f.section(CONSOLE), files)) : Optional.empty());
    f.done();
    return oidc;
  }

  private static boolean isPlain(String url) {
    return !url.isEmpty() && !url.startsWith("https://") && !LOOPBACK.matcher(url).matches();
  }

  private static BrowserClient console(ConfigSection f, CredentialFiles files) {
    String url = f.url(URL);
    if (isPlain(url)) {
      f.wrong(URL, "isn't https", "give the address by which browsers reach it");
    }
    var scopes = f.given(SCOPES) ? f.texts(SCOPES) : USUAL_SCOPES;
    if (!scopes.contains("openid") || !scopes.stream().allMatch(s -> SCOPE.matcher(s).matches())) {
      f.wrong(SCOPES, "lacks openid, or has an invalid scope", "add openid");
    }
    var client =
        new BrowserClient(
            url.isEmpty() ? "" : origin(f, url),
            f.required("clientId"),
            files.secret(f, "clientSecret"),
            scopes);
    f.done();
    return client;
  }

  /** As browsers write it: in lower case, without the scheme's own port. */
  private static String origin(ConfigSection f, String url) {
    var written = ORIGIN.matcher(url.toLowerCase(Locale.ROOT));
    if (!written.matches()) {
      f.wrong(URL, "isn't scheme, host and port alone", "leave out the rest");
      return "";
    }
    return written.group(1).replaceFirst("^(https://.*):443$|^(http://.*):80$", "$1$2");
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
      f.wrong(
          ROLES,
          "gives no role to anyone",
          "write which values give it, for example operator: [deployclaw-operators]");
    }
    return out;
  }
}
