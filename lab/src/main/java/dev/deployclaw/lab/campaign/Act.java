package dev.deployclaw.lab.campaign;

import java.io.IOException;

/** How a kind of trial disturbs a task. Afterwards no agent runs; what it broke may be broken. */
@FunctionalInterface
interface Act {
  Done perform(Course.Setting setting) throws IOException, InterruptedException;
}
