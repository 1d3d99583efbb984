/** Free ports, packet filters and delays on the loopback, and load over HTTP. */
@NullMarked
package dev.deployclaw.testkit.network;

import org.jspecify.annotations.NullMarked;
