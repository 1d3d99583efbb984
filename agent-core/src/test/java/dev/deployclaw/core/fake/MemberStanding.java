package dev.deployclaw.core.fake;

/**
 * What a member acts on.
 *
 * @param thrownBack whether it lost what it had acknowledged, and nobody published to it since
 * @param goes whether it would take a later epoch just now
 */
public record MemberStanding(
    String member, long epoch, String live, boolean thrownBack, boolean goes) {}
