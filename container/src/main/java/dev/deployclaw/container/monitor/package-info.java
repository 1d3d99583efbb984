/** The state of the enforcement points between changes, and the alerts that follow from it. */
@NullMarked
package dev.deployclaw.container.monitor;

import org.jspecify.annotations.NullMarked;
