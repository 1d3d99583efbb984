package dev.deployclaw.container.confinement;

/**
 * One layer of the wall, as it was found from inside.
 *
 * @param name a short fixed word, for example {@code files}
 * @param enforced whether the attempt was refused
 * @param detail what was tried and what the kernel said; for people
 */
public record IsolationLayer(String name, boolean enforced, String detail) {}
