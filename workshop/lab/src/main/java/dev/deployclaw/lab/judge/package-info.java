/**
 * The judge of an estate at rest: whether all participants hold exactly what etcd says is
 * committed. It needs the JDK alone and shares nothing with the agent.
 */
@NullMarked
package dev.deployclaw.lab.judge;

import org.jspecify.annotations.NullMarked;
