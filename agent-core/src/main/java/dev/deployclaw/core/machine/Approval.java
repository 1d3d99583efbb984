package dev.deployclaw.core.machine;

/**
 * A person's yes to exactly one plan on exactly one base.
 *
 * @param atMillis milliseconds since 1970
 * @param checkpoint SHA-256 of the checkpoint that stood when it was given
 * @param baseRevision of {@code active} on which the change was planned
 */
public record Approval(
    String who, long atMillis, String planHash, String checkpoint, long baseRevision) {}
