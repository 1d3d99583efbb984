/**
 * The state of the enforcement points between changes, and the alerts that follow from it: by
 * fingerprint, kept on disk, with what is told when one begins, changes or ends.
 */
@NullMarked
package dev.deployclaw.container.monitor;

import org.jspecify.annotations.NullMarked;
