/**
 * An executor host: the process that holds back ends' credentials and acts on them, call by call.
 */
@NullMarked
package dev.deployclaw.executors.host;

import org.jspecify.annotations.NullMarked;
