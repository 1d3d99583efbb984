/**
 * Approvals where people are: a card of each hold in each channel, which follows the hold in the
 * state store until it has ended, and decisions that come from there.
 */
@NullMarked
package dev.deployclaw.container.approval;

import org.jspecify.annotations.NullMarked;
