/** Campaigns: many trials on several estates, and sweeps over every crash point of a task. */
@NullMarked
package dev.deployclaw.lab.campaign;

import org.jspecify.annotations.NullMarked;
