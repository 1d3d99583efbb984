package dev.deployclaw.policy.gateway;

/**
 * Something that the policy set says and a gateway's file can't express.
 *
 * @param about what it concerns, for example {@code onBackendFailure} or {@code route /search}
 * @param reason what happens instead, for people
 */
public record UnsupportedSetting(String about, String reason) {}
