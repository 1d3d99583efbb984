/** Runs one trial: kills, pauses and outages in the middle of a task, recovery, and the verdict. */
@NullMarked
package dev.deployclaw.lab.campaign.disturbance;

import org.jspecify.annotations.NullMarked;
