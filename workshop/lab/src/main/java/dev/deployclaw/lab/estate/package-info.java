/**
 * The lab itself: a small real estate on one machine, with stores, rate limit services and
 * gateways.
 */
@NullMarked
package dev.deployclaw.lab.estate;

import org.jspecify.annotations.NullMarked;
