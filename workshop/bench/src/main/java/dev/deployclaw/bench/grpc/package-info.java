/** Servers of gRPC against each other, without a decision behind them. */
@NullMarked
package dev.deployclaw.bench.grpc;

import org.jspecify.annotations.NullMarked;
