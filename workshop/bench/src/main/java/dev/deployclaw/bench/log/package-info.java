/** Throughput of the execution log: sealing, synced files, shipping and verification. */
@NullMarked
package dev.deployclaw.bench.log;

import org.jspecify.annotations.NullMarked;
