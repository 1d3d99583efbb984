/** The lab's commands: lab, demo, campaign and verify-guard. */
@NullMarked
package dev.deployclaw.lab;

import org.jspecify.annotations.NullMarked;
