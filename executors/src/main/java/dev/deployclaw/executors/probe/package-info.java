/** Synthetic requests, sent through the gateways' listening ports. */
@NullMarked
package dev.deployclaw.executors.probe;

import org.jspecify.annotations.NullMarked;
