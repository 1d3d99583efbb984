/**
 * The test of non-interference: prompt injections all over an estate must not change what the agent
 * does.
 */
@NullMarked
package dev.deployclaw.lab.guard;

import org.jspecify.annotations.NullMarked;
