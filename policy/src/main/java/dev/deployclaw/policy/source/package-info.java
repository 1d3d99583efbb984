/**
 * Policies of many sources put together: who may define which tenant, and who owns an unreadable
 * document.
 */
@NullMarked
package dev.deployclaw.policy.source;

import org.jspecify.annotations.NullMarked;
