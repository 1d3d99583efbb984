/**
 * State transitions and their records, each pair in one transaction, and what the state store and
 * the bucket hold of committed epochs.
 */
@NullMarked
package dev.deployclaw.core.ledger;

import org.jspecify.annotations.NullMarked;
