/**
 * The process that serves: takes tasks on, carries them out one after another, tells of them, and
 * does its rounds. Knows nothing of HTTP.
 */
@NullMarked
package dev.deployclaw.container.serve;

import org.jspecify.annotations.NullMarked;
