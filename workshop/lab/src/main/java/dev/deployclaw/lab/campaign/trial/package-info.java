/** A trial: its kind, its task, its crash point and its outcome. */
@NullMarked
package dev.deployclaw.lab.campaign.trial;

import org.jspecify.annotations.NullMarked;
