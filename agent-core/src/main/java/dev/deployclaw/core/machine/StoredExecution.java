package dev.deployclaw.core.machine;

/**
 * An execution as it was read.
 *
 * @param revision when it was last written: the next write compares it
 */
public record StoredExecution(ChangeExecution execution, long revision) {}
