/** A Docker daemon for tests, and images made of files of this machine. */
@NullMarked
package dev.deployclaw.testkit.docker;

import org.jspecify.annotations.NullMarked;
