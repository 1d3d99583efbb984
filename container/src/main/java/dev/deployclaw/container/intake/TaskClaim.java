package dev.deployclaw.container.intake;

import java.util.Optional;

/**
 * The reservation of a task that all agents are given.
 *
 * @param hash of the key under which it is reserved
 * @param begun the execution of another agent that this one replaces, if it does
 */
record TaskClaim(String hash, Optional<String> begun) {}
