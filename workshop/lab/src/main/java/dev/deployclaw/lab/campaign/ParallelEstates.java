package dev.deployclaw.lab.campaign;

import dev.deployclaw.lab.campaign.disturbance.TrialEstate;
import dev.deployclaw.lab.campaign.trial.GatewayPlatform;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Estates that are worked on side by side. One that isn't whole afterwards stays for a look.
 *
 * @param progress gets a line for each that stays, from several threads
 */
record ParallelEstates(Path folder, Consumer<String> progress) {
  /** What is done on one estate. */
  @FunctionalInterface
  interface Work {
    /** Says whether the estate is whole. */
    boolean on(TrialEstate site) throws IOException, InterruptedException;
  }

  static Path folder(Path folder, int n) {
    return folder.resolve("estate-" + n);
  }

  void run(List<GatewayPlatform> grounds, Work work) throws IOException, InterruptedException {
    try (var lanes = Executors.newFixedThreadPool(grounds.size())) {
      var running = new ArrayList<Future<Boolean>>();
      for (var ground : grounds) {
        var own = folder(folder, running.size() + 1);
        running.add(lanes.submit((Callable<Boolean>) () -> lane(own, ground, work)));
      }
      for (var lane : running) {
        boolean _ = done(lane);
      }
    }
  }

  private boolean lane(Path own, GatewayPlatform ground, Work work)
      throws IOException, InterruptedException {
    TrialEstate site = TrialEstate.start(own, ground);
    boolean whole = false;
    try {
      whole = work.on(site);
      return whole;
    } finally {
      if (whole) {
        site.close();
      } else {
        String way =
            CampaignNetwork.entered().way(site.lab()).map(w -> "; go in by: " + w).orElse("");
        progress.accept(
            "is kept for inspection: " + own + way + "; end it with: ./campaign --clean");
      }
    }
  }

  private static boolean done(Future<Boolean> lane) throws IOException, InterruptedException {
    try {
      return lane.get();
    } catch (ExecutionException e) {
      throw new IOException("a lane of the campaign failed: " + e.getCause(), e.getCause());
    }
  }
}
