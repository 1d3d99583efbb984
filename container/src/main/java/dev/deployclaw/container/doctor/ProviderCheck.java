package dev.deployclaw.container.doctor;

import dev.deployclaw.container.config.OidcConfig;
import dev.deployclaw.container.http.oidc.ProviderInspection;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Asks the OpenID Connect provider what signing in needs: its documents, its keys, its clock. */
final class ProviderCheck {
  private static final String ABOUT = "oidc";

  private ProviderCheck() {}

  static List<Diagnosis> examine(OidcConfig settings, InstantSource clock)
      throws InterruptedException {
    try {
      return told(settings, ProviderInspection.of(settings, clock));
    } catch (IOException e) {
      return List.of(
          Diagnosis.error(
              ABOUT,
              settings.issuer() + ": " + e.getMessage(),
              "check serve.oidc.issuer, letter by letter, and that this machine reaches it and"
                  + " trusts its certificate; until then its tokens aren't taken"));
    }
  }

  private static List<Diagnosis> told(OidcConfig settings, ProviderInspection found) {
    var out = new ArrayList<Diagnosis>();
    out.add(
        Diagnosis.ok(
            ABOUT, "%s: %d keys for signatures".formatted(settings.issuer(), found.keys())));
    settings
        .console()
        .ifPresent(console ->
            out.add(
                found.signsIn()
                    ? Diagnosis.ok(ABOUT, "sends browsers back to " + console.redirectUri())
                    : Diagnosis.error(
                        ABOUT,
                        "the provider names no authorization_endpoint and token_endpoint",
                        "leave serve.oidc.console out, or ask another provider")));
    found
        .ahead()
        .filter(ahead -> ahead.abs().compareTo(ProviderInspection.LEEWAY) >= 0)
        .ifPresent(ahead -> out.add(skewed(ahead)));
    return out;
  }

  private static Diagnosis skewed(Duration ahead) {
    return Diagnosis.error(
        ABOUT,
        "the provider's clock is %d s %s ours; tokens are taken within %d s"
            .formatted(
                ahead.abs().toSeconds(),
                ahead.isNegative() ? "behind" : "ahead of",
                ProviderInspection.LEEWAY.toSeconds()),
        "synchronize this machine's clock, then the provider's");
  }
}
