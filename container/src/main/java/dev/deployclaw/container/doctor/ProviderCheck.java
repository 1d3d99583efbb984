package dev.deployclaw.container.doctor;

import dev.deployclaw.container.config.OidcConfig;
import dev.deployclaw.container.http.oidc.ProviderInspection;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;

/** Asks the OpenID Connect provider what signing in needs: its documents, its keys, its clock. */
final class ProviderCheck {
  private ProviderCheck() {}

  static List<Diagnosis> examine(OidcConfig settings, InstantSource clock)
      throws InterruptedException {
    var found = new DiagnosisCollector("oidc");
    try {
      tell(settings, ProviderInspection.of(settings, clock), found);
    } catch (IOException e) {
      found.error(
          settings.issuer() + ": " + e.getMessage(),
          "check serve.oidc.issuer, letter by letter, and that this machine reaches it and"
              + " trusts its certificate; until then its tokens aren't taken");
    }
    return found.all();
  }

  private static void tell(OidcConfig settings, ProviderInspection seen, DiagnosisCollector found) {
    found.ok("%s: %d keys for signatures".formatted(settings.issuer(), seen.keys()));
    if (settings.console().isPresent()) {
      if (seen.signsIn()) {
        found.ok("sends browsers back to " + settings.console().get().redirectUri());
      } else {
        found.error(
            "the provider names no authorization_endpoint and token_endpoint",
            "leave serve.oidc.console out, or ask another provider");
      }
    }
    seen.ahead()
        .filter(ahead -> ahead.abs().compareTo(ProviderInspection.LEEWAY) >= 0)
        .ifPresent(ahead ->
            found.error(
                "the provider's clock is %d s %s ours; tokens are taken within %d s"
                    .formatted(
                        ahead.abs().toSeconds(),
                        ahead.isNegative() ? "behind" : "ahead of",
                        ProviderInspection.LEEWAY.toSeconds()),
                "synchronize this machine's clock, then the provider's"));
  }
}
