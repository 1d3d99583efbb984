package dev.deployclaw.executors.kubernetes.fleet;

import dev.deployclaw.core.spi.MemberReport;

/** What a look found of a gateway. */
public sealed interface GatewayLookupResult permits GatewaySnapshot, GatewayLookupResult.Lost {
  /** It can't be worked with; the report says why. */
  record Lost(MemberReport report) implements GatewayLookupResult {}
}
