/**
 * Alerts by fingerprint, kept on disk, and the notifications that follow when one begins, changes
 * or ends.
 */
@NullMarked
package dev.deployclaw.container.alert;

import org.jspecify.annotations.NullMarked;
