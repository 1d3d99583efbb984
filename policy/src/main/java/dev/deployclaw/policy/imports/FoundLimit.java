package dev.deployclaw.policy.imports;

import java.util.Optional;

/**
 * A limit as something else keeps it.
 *
 * @param place where it was found, for a report
 * @param tenant as it is named there
 * @param service empty for all
 * @param value as it stands there
 * @param expires whether it goes by itself, as counters do
 */
record FoundLimit(
    String place, String tenant, Optional<String> service, String value, boolean expires) {}
