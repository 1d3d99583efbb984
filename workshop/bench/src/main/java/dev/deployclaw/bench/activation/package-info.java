/** A change from its commit to the switch of every node, and the votes of many participants. */
@NullMarked
package dev.deployclaw.bench.activation;

import org.jspecify.annotations.NullMarked;
