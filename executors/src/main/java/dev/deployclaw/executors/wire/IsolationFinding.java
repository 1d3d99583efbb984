package dev.deployclaw.executors.wire;

/**
 * One layer of what confines a host.
 *
 * @param name for example {@code seccomp}
 * @param detail what was tried and what came of it
 */
public record IsolationFinding(String name, boolean enforced, String detail) {}
