/** Sample tenants and limits, the same for the same size. */
@NullMarked
package dev.deployclaw.bench.sample;

import org.jspecify.annotations.NullMarked;
