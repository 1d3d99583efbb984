/** What leases save, and what they cost: leased limits against exact ones. */
@NullMarked
package dev.deployclaw.bench.lease;

import org.jspecify.annotations.NullMarked;
