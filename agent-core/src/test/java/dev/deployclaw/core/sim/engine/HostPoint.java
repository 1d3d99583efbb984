package dev.deployclaw.core.sim.engine;

import dev.deployclaw.core.sim.engine.AwaitPoint.Kind;

/**
 * One call that an agent makes to its executor host.
 *
 * @param number of the process' calls to a host, from 1
 * @param what for people
 * @param hops how many await points the process had come by before
 * @param parts to how many members the host passes it on
 */
public record HostPoint(int number, String what, Kind kind, int hops, int parts) {}
