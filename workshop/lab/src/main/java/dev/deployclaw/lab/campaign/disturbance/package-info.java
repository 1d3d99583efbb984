/**
 * Runs one trial: kills, pauses and outages in the middle of a task, recovery, and the verdict, on
 * its estate: the lab, the agents started on it, and the judge's description of it.
 */
@NullMarked
package dev.deployclaw.lab.campaign.disturbance;

import org.jspecify.annotations.NullMarked;
