/** S3: the store of checkpoints, in which nothing is written twice. */
@NullMarked
package dev.deployclaw.executors.s3;

import org.jspecify.annotations.NullMarked;
