/** The estate of a trial: the lab, the agents started on it, and the judge's description of it. */
@NullMarked
package dev.deployclaw.lab.campaign.estate;

import org.jspecify.annotations.NullMarked;
