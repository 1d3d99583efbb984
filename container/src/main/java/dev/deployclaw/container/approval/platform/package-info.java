/**
 * The channels that there are: how each shows a card, and how what comes from it is proved. None of
 * them trusts a text of the estate, nor an address in a call.
 */
@NullMarked
package dev.deployclaw.container.approval.platform;

import org.jspecify.annotations.NullMarked;
