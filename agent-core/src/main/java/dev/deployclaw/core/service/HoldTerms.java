package dev.deployclaw.core.service;

import java.util.Optional;

/**
 * On what the approval of a held execution rests, and how long it may be given.
 *
 * @param checkpoint SHA-256 of its checkpoint's object; empty where none is taken yet
 * @param baseEpoch the committed epoch on which it was planned; empty where that is unknown
 * @param baseRevision of {@code active} then
 * @param untilMillis when the hold expires, in milliseconds since 1970; empty where it doesn't
 * @param current whether nothing was committed since
 */
public record HoldTerms(
    Optional<String> checkpoint,
    Optional<Long> baseEpoch,
    long baseRevision,
    Optional<Long> untilMillis,
    boolean current) {}
