/**
 * How long the phases of a run take, against the least that they could take on the same machine.
 */
@NullMarked
package dev.deployclaw.bench;

import org.jspecify.annotations.NullMarked;
