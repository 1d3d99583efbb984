package dev.deployclaw.bench.grpc;

import dev.deployclaw.bench.limiter.BareGrpcServer;
import dev.deployclaw.bench.limiter.ClosedLoopLoad;
import dev.deployclaw.bench.limiter.ClosedLoopLoad.Traffic;
import dev.deployclaw.bench.limiter.GrpcLimiter;
import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.TurnMeter;
import dev.deployclaw.bench.measure.TurnOptions;
import dev.deployclaw.bench.measure.WorkloadFigures;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Calls of Envoy's protocol that are answered yes without a decision: by the service's HTTP/2
 * server alone, by Vert.x gRPC on it, and by grpc-java on Netty.
 */
@Command(
    name = "grpc",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Servers of gRPC without a decision: HTTP/2 alone, Vert.x gRPC, grpc-java.")
public final class GrpcBench extends BenchCommand<List<WorkloadFigures>> {
  @Mixin private TurnOptions turns = new TurnOptions(9, 4);

  @Option(names = "--callers", defaultValue = "64", description = "who ask at the same time")
  private int callers;

  @Option(names = "--calls", defaultValue = "50000", description = "calls in one turn")
  private int calls;

  @Option(names = "--tenants", defaultValue = "10000", description = "asked for by turns")
  private int tenants;

  public GrpcBench(PrintWriter out) {
    super(out);
  }

  @Override
  protected List<WorkloadFigures> measure(Path folder) throws InterruptedException {
    try (var http2 = BareGrpcServer.http2();
        var vertx = BareGrpcServer.vertxGrpc();
        var java = BareGrpcServer.grpcJava();
        var first = GrpcLimiter.to(http2, tenants);
        var second = GrpcLimiter.to(vertx, tenants);
        var third = GrpcLimiter.to(java, tenants)) {
      var loads = List.of(load(first, http2), load(second, vertx), load(third, java));
      return WorkloadFigures.measure(loads, turns.warmUp(), turns.rounds());
    }
  }

  private ClosedLoopLoad load(GrpcLimiter client, BareGrpcServer server) {
    var traffic = new Traffic(callers, calls, tenants);
    return new ClosedLoopLoad(client, traffic, TurnMeter.of(server.loop()));
  }

  @Override
  protected List<FigureTable<?>> tables(List<WorkloadFigures> figures) {
    return List.of(WorkloadFigures.servers("servers", "Calls that are answered at once", figures));
  }
}
