/**
 * Programs of this machine as processes: started in a folder, signalled, restarted and found again.
 */
@NullMarked
package dev.deployclaw.testkit.process;

import org.jspecify.annotations.NullMarked;
